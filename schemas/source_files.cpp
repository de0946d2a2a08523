#include "schemas/source_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/limits.h"
#include "base/text.h"

namespace argosy {
namespace {

Error cannot_read(const std::string& path, int error) {
  return Error{printable(path, 400) + ": cannot be read: " + std::strerror(error) +
               "; check the path and its permissions"};
}

Result<std::string> read_all(int fd, const std::string& path, std::uint64_t most) {
  std::string text;
  struct stat status {};
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
      static_cast<std::uint64_t>(status.st_size) <= most) {
    text.reserve(static_cast<std::size_t>(status.st_size) + 1);
  }
  std::string chunk(1 << 20, '\0');
  for (;;) {
    const ssize_t got = read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, errno);
    if (got == 0) return text;
    text.append(chunk, 0, static_cast<std::size_t>(got));
    if (text.size() > most) {
      return Error{printable(path, 400) + ": larger than " + std::to_string(most) + " bytes; split it"};
    }
  }
}

bool is_below(const std::filesystem::path& path, const std::filesystem::path& root) {
  auto at = path.begin();
  for (const auto& part : root) {
    if (at == path.end() || *at != part) return false;
    ++at;
  }
  return true;
}

}  // namespace

Result<std::string> read_text_file(const std::string& path, std::uint64_t most) {
  if (path == "-") return read_all(STDIN_FILENO, "standard input", most);
  const int fd =
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // O_NONBLOCK: a FIFO must not hold us
  if (fd < 0) return cannot_read(path, errno);
  struct stat status {};
  Result<std::string> text = Error{printable(path, 400) + ": is not a regular file; name a file"};
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) text = read_all(fd, path, most);
  close(fd);
  return text;
}

Result<PackedItems> items_of_lines_file(const std::string& path) {
  auto text = read_text_file(path, limits::kItemListBytes);
  if (!text) return text.error();
  return items_of_lines(*text, path == "-" ? "standard input" : path);
}

Result<PackedItems> items_of_json_file(const std::string& path) {
  auto text = read_text_file(path, limits::kItemListBytes);
  if (!text) return text.error();
  return items_of_json(*text, path == "-" ? "standard input" : path);
}

Result<std::string> path_in_project(const std::string& root, const std::string& relative) {
  namespace fs = std::filesystem;
  const auto refuse = [&](const std::string& what) {
    return Error{"\"" + printable(relative, 200) + "\" " + what};
  };
  if (relative.empty() || fs::path(relative).is_absolute()) {
    return refuse("is no path inside the project; name a file relative to the project's folder");
  }
  std::error_code error;
  const auto real_root = fs::canonical(root, error);
  if (error) return refuse("cannot be looked for: " + error.message());
  const auto lexical = (real_root / relative).lexically_normal();
  if (!is_below(lexical, real_root))
    return refuse("leaves the project; copy the file into the project's folder");
  const auto real = fs::canonical(real_root / relative, error);
  if (error) return refuse("does not exist in the project, or cannot be read: " + error.message());
  if (!is_below(real, real_root)) {
    return refuse("leaves the project through a symbolic link; copy the file into the project's folder");
  }
  if (!fs::is_regular_file(real, error)) return refuse("is not a regular file; name a file");
  return real.string();
}

}  // namespace argosy
