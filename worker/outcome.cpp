#include "worker/outcome.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace argosy::worker {
namespace {

constexpr std::size_t kOutputsBytes = 64u << 10;
constexpr const char* kNotRegular = "$ARGOSY_OUTPUT: is no regular file any more, and was not read";

EndReason reason_of(const keeper::TaskExited& exited) {
  switch (exited.cause) {
    case keeper::EndCause::lease_ran_out: return EndReason::lease_ended;
    case keeper::EndCause::memory_limit: return EndReason::memory_limit;
    case keeper::EndCause::own_exit:
    case keeper::EndCause::stopped: break;
  }
  if (exited.signal != 0) return EndReason::signal;
  return exited.exit_code == 0 ? EndReason::succeeded : EndReason::exit_status;
}

// The first `most` bytes. A task may have put anything in its place: a link to what only this worker may read, a FIFO that
// nobody writes to.
std::string read_regular(const std::filesystem::path& file, std::size_t most, std::string& trouble) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    if (errno == ELOOP || errno == ENXIO) trouble = kNotRegular;
    else if (errno != ENOENT) trouble = "$ARGOSY_OUTPUT: cannot be read: " + std::string(std::strerror(errno));
    return {};
  }
  struct stat facts{};
  if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    close(fd);
    trouble = kNotRegular;
    return {};
  }
  std::string text(most, '\0');
  std::size_t size = 0;
  ssize_t n = 1;
  while (n > 0 && size < most) {
    n = read(fd, text.data() + size, most - size);
    if (n > 0) size += static_cast<std::size_t>(n);
  }
  if (n < 0) trouble = "$ARGOSY_OUTPUT: cannot be read: " + std::string(std::strerror(errno));
  close(fd);
  text.resize(n < 0 ? 0 : size);
  return text;
}

}  // namespace

std::string cleaned(std::string text) {
  for (std::size_t at = 0;;) {
    const auto bad = first_unclean_byte(std::string_view(text).substr(at));
    if (!bad) return text;
    at += *bad;
    text[at++] = '?';
  }
}

AttemptEnd end_of(AttemptRef attempt, const keeper::TaskExited& exited) {
  AttemptEnd end;
  end.attempt = attempt;
  end.reason = reason_of(exited);
  end.exit_code = exited.signal == 0 ? exited.exit_code : -1;
  end.signal = exited.signal;
  end.started_at = {exited.at.us - exited.ran.us};
  end.ended_at = exited.at;
  end.usage = {exited.usage.user_time, exited.usage.system_time, exited.usage.max_resident_bytes};
  if (exited.core_dumped) end.detail = "core dumped";
  return end;
}

AttemptEnd end_of(AttemptRef attempt, const keeper::TaskNotStarted& failed, WallTime now) {
  AttemptEnd end;
  end.attempt = attempt;
  end.ended_at = now;
  end.detail = failed.reason;
  end.reason = EndReason::cannot_start;
  if (failed.step == keeper::StartStep::lease) end.reason = EndReason::lease_ended;
  if (failed.step == keeper::StartStep::command && failed.error == ENOENT) end.reason = EndReason::command_not_found;
  if (failed.step == keeper::StartStep::command && failed.error == EACCES) end.reason = EndReason::not_executable;
  return end;
}

Outputs take_outputs(const std::filesystem::path& file) {
  Outputs outputs;
  std::string text = read_regular(file, kOutputsBytes + 1, outputs.left_out);
  if (::unlink(file.c_str()) != 0 && errno == EISDIR) ::rmdir(file.c_str());
  if (text.size() > kOutputsBytes) {
    text.resize(text.rfind('\n') + 1);  // npos + 1: no line is whole
    outputs.left_out = "$ARGOSY_OUTPUT: what stands behind its first 64KiB was left out";
  }
  std::size_t no = 0;
  for (std::size_t at = 0; at < text.size();) {
    no += 1;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    const auto equals = line.find('=');
    if (equals != std::string_view::npos && equals > 0 && is_clean_text(line)) {
      outputs.values[std::string(line.substr(0, equals))] = std::string(line.substr(equals + 1));
    } else if (!line.empty() && outputs.left_out.empty()) {
      // Not the line itself: it may be one of a secret's, and who reads this need not be who may know it.
      outputs.left_out = "$ARGOSY_OUTPUT: left out what is no key=value in UTF-8, as line " + std::to_string(no);
    }
    at = end + 1;
  }
  return outputs;
}

}  // namespace argosy::worker
