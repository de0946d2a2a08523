// The program: its readiness, its signals and its exit status, in a process of its own.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "broker/loopback.h"

namespace argosy::broker {
namespace {

// A process that runs the broker; `out` reads its stdout.
struct Child {
  explicit Child(const Config& config) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    std::fflush(stdout);  // else the child says again what this test said
    pid = fork();
    if (pid == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      _exit(run_broker(config));
    }
    close(ends[1]);
    out = ends[0];
  }
  ~Child() {
    if (pid > 0) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    close(out);
  }

  std::string line() const {
    std::string text;
    for (char c = 0; read(out, &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  int exit_status() {
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    pid = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  pid_t pid = -1;
  int out = -1;
};

TEST(RunBroker, TellsThatItServesAndEndsWellAtSigterm) {
  Loopback files;
  files.enroll(Role::master, "m1");
  files.write_roster();
  const std::string notify = files.config.directory + ".notify";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, notify.c_str(), sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  setenv("NOTIFY_SOCKET", notify.c_str(), 1);
  Child child(files.config);
  unsetenv("NOTIFY_SOCKET");

  const std::string line = child.line();
  EXPECT_TRUE(line.starts_with("ready tcp://127.0.0.1:")) << line;
  char notice[256] = {};
  ASSERT_GT(recv(fd, notice, sizeof notice - 1, 0), 0);
  EXPECT_TRUE(std::string(notice).starts_with("READY=1\n"));
  close(fd);

  Config second = files.config;
  second.directory += ".2";
  second.endpoint = line.substr(std::strlen("ready "));
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_broker(second), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find(second.endpoint), std::string::npos);

  kill(child.pid, SIGHUP);
  kill(child.pid, SIGTERM);
  EXPECT_EQ(child.exit_status(), 0);
}

TEST(RunBroker, NamesWhatKeepsItFromServing) {
  Loopback files;
  files.config.roster += ".missing";
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_broker(files.config), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find(files.config.roster), std::string::npos);
}

}  // namespace
}  // namespace argosy::broker
