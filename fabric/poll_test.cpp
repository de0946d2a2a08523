#include "fabric/poll.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "fabric/clock.h"
#include "fabric/signals.h"
#include "fabric/wakeup.h"

namespace argosy::fabric {
namespace {

const auto kLong = seconds(20);

TEST(PollSet, ReturnsEmptyAtTheDeadlineAndNotBefore) {
  PollSet polls;
  Wakeup wakeup;
  polls.add(wakeup.fd());
  std::vector<Readiness> ready;
  const Time deadline = read_steady() + milliseconds(3);
  polls.wait(deadline, ready);
  EXPECT_TRUE(ready.empty());
  EXPECT_GE(read_steady(), deadline);
  polls.wait(Time{}, ready);
  EXPECT_TRUE(ready.empty());
}

TEST(PollSet, IsWokenFromAnotherThread) {
  PollSet polls;
  Wakeup wakeup;
  const Token token = polls.add(wakeup.fd());
  std::thread other([&] { wakeup.notify(); });
  std::vector<Readiness> ready;
  polls.wait(read_steady() + kLong, ready);
  other.join();
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_EQ(ready[0].token, token);
  wakeup.clear();
  polls.wait(Time{}, ready);
  EXPECT_TRUE(ready.empty());
}

TEST(PollSet, TellsReadAndWriteApartAndSeesAClosedEnd) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  PollSet polls;
  const Token token = polls.add(ends[0], Interest::read_write);
  std::vector<Readiness> ready;
  polls.wait(std::nullopt, ready);
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_TRUE(ready[0].writable);
  EXPECT_FALSE(ready[0].readable);
  polls.change(token, Interest::read);
  ::close(ends[1]);
  polls.wait(std::nullopt, ready);
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_TRUE(ready[0].readable);
  polls.remove(token);
  ::close(ends[0]);
}

TEST(Signals, ComeAsADescriptor) {
  Signals signals({SIGUSR1, SIGUSR2});
  PollSet polls;
  polls.add(signals.fd());
  ASSERT_EQ(::raise(SIGUSR2), 0);
  std::vector<Readiness> ready;
  polls.wait(read_steady() + kLong, ready);
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_EQ(signals.take(), std::vector<int>{SIGUSR2});
  EXPECT_EQ(signals.take(), std::vector<int>{});
}

}  // namespace
}  // namespace argosy::fabric
