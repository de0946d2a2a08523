// Who is killed by the fence, and who never is.
#include "broker/process_mark.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "base/check.h"
#include "fabric/clock.h"
#include "fabric/test_unkillable.h"

namespace argosy::broker {
namespace {

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "argosy-mark-XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

// A process that marks the folder and then waits for ever.
struct Holder {
  explicit Holder(const std::filesystem::path& folder, bool marks = true) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid = fork();
    if (pid == 0) {
      std::optional<ProcessMark> mark;
      if (marks) mark.emplace(std::move(*ProcessMark::make(folder)));
      (void)!write(ends[1], "x", 1);
      while (true) pause();
    }
    char ready = 0;
    EXPECT_EQ(read(ends[0], &ready, 1), 1);
    close(ends[0]);
    close(ends[1]);
  }
  ~Holder() {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  bool killed() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
  }
  pid_t pid = -1;
};

std::string content(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

Status fence(const std::filesystem::path& folder) {
  auto fencing = Fencing::begin(folder, fabric::read_steady());
  if (!fencing) return fencing.error();
  while (true) {
    if (const auto end = fencing->take_end(fabric::read_steady())) {
      return end->how == fabric::HookEnd::How::succeeded ? Status(Done{}) : Error{end->text()};
    }
    pollfd gone{fencing->fd(), POLLIN, 0};
    poll(&gone, 1, 10);
  }
}

TEST(ProcessMark, LetsOneProcessIntoAFolder) {
  Folder folder;
  {
    auto mark = ProcessMark::make(folder.path);
    ASSERT_TRUE(mark.ok());
    const auto second = ProcessMark::make(folder.path);
    ASSERT_FALSE(second.ok());
    EXPECT_NE(second.error().message.find("process " + std::to_string(getpid())), std::string::npos);
    EXPECT_FALSE(fence(folder.path).ok());  // never itself
  }
  EXPECT_TRUE(ProcessMark::make(folder.path).ok());
}

TEST(ProcessMark, FencesAStoppedProcess) {
  Folder folder;
  Holder holder(folder.path);
  kill(holder.pid, SIGSTOP);
  const auto fenced = fence(folder.path);
  EXPECT_TRUE(fenced.ok()) << fenced.error().message;
  EXPECT_TRUE(holder.killed());
  EXPECT_TRUE(fence(folder.path).ok());  // nobody is there any more
}

// As one that waits for a disk: whoever fences goes on meanwhile, and is told after a while.
TEST(ProcessMark, TellsOfAProcessThatDoesNotEnd) {
  Folder folder;
  Holder holder(folder.path);
  fabric::Unkillable held(holder.pid);
  if (!held.is_held()) GTEST_SKIP() << "nobody may trace here";
  auto fencing = Fencing::begin(folder.path, fabric::read_steady());
  ASSERT_TRUE(fencing.ok());
  EXPECT_FALSE(fencing->take_end(fabric::read_steady()));
  const auto end = fencing->take_end(fencing->deadline());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->how, fabric::HookEnd::How::timed_out);
  held.release();
  EXPECT_TRUE(fence(folder.path).ok());
}

TEST(ProcessMark, HasNothingToFenceWhereNobodyRuns) {
  Folder folder;
  EXPECT_TRUE(fence(folder.path).ok());
  EXPECT_TRUE(fence(folder.path / "not there").ok());
  { auto mark = ProcessMark::make(folder.path); }
  EXPECT_TRUE(fence(folder.path).ok());
}

// The file is left by a process whose number another one has now: that one is not touched.
TEST(ProcessMark, NeverFencesAnotherProcess) {
  Folder folder;
  Holder bystander(folder.path, false);
  std::string stale;
  {
    auto mark = ProcessMark::make(folder.path);
    stale = content(folder.path / "process");
  }
  const std::string own = std::to_string(getpid());
  ASSERT_TRUE(stale.starts_with(own + "\n"));
  Holder holder(folder.path);
  const auto refuses = [&](const std::string& text, const std::string& why) {
    // In place, so that the lock stays on it.
    std::ofstream(folder.path / "process", std::ios::in | std::ios::trunc) << text;
    const auto fenced = fence(folder.path);
    ASSERT_FALSE(fenced.ok()) << why;
    EXPECT_NE(fenced.error().message.find(why), std::string::npos) << fenced.error().message;
  };
  const std::string rest = stale.substr(own.size());  // start, boot and program of this process
  refuses(std::to_string(bystander.pid) + rest, "is not the one that wrote this");
  refuses("1" + rest, "does not say by which process");
  refuses("", "does not say by which process");
  refuses(std::to_string(bystander.pid) + "\n7\nanother boot\n/bin/x\n", "on another host");
  EXPECT_FALSE(bystander.killed());
  EXPECT_FALSE(holder.killed());
}

}  // namespace
}  // namespace argosy::broker
