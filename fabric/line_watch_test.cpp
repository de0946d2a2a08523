#include "fabric/line_watch.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "fabric/bound_port.h"
#include "fabric/clock.h"

namespace argosy::fabric {
namespace {

constexpr Time kStart{5'000'000};

LineState due(std::uint64_t acked, Duration round_trip = {}) {
  return {true, acked, round_trip};
}

TEST(Unanswered, IsWhatNothingWasAcknowledgedOfForLong) {
  Unanswered line;
  EXPECT_FALSE(line.look(kStart, due(100)));
  EXPECT_TRUE(line.waits());
  EXPECT_FALSE(line.look(kStart + milliseconds(250), due(100)));
  EXPECT_TRUE(line.look(kStart + milliseconds(251), due(100)));
  EXPECT_TRUE(line.look(kStart + seconds(9), due(100)));
}

TEST(Unanswered, IsNotALineOnWhichSomethingIsAlwaysDueAndAcknowledged) {
  Unanswered line;
  for (std::uint64_t look = 0; look < 50; ++look) {
    EXPECT_FALSE(line.look(kStart + milliseconds(100) * static_cast<std::int64_t>(look), due(100 + look)));
  }
}

TEST(Unanswered, BeginsAnewWhenNothingIsDue) {
  Unanswered line;
  EXPECT_FALSE(line.look(kStart, due(100)));
  EXPECT_FALSE(line.look(kStart + milliseconds(200), {false, 100, {}}));
  EXPECT_FALSE(line.waits());
  EXPECT_FALSE(line.look(kStart + milliseconds(400), due(100)));
  EXPECT_FALSE(line.look(kStart + milliseconds(600), due(100)));
}

TEST(Unanswered, IsPatientWithALongWay) {
  Unanswered line;
  EXPECT_FALSE(line.look(kStart, due(100, milliseconds(300))));
  EXPECT_FALSE(line.look(kStart + milliseconds(300), due(100, milliseconds(300))));
  EXPECT_TRUE(line.look(kStart + milliseconds(301), due(100, milliseconds(300))));
}

// A connection on loopback, whose other end is never read.
struct Line {
  Line() {
    EXPECT_EQ(listen(port.fd, 4), 0);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&port.address), sizeof port.address), 0);
  }
  ~Line() { close(fd); }

  BoundPort port;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

TEST(LineWatch, DoesNotTakeAPeerThatDoesNotReadForOneThatMoved) {
  const Line line;
  LineWatch watch;
  const Time began = read_steady();
  watch.begin(line.fd, began);
  const std::string much(1 << 16, 'x');
  while (send(line.fd, much.data(), much.size(), MSG_DONTWAIT) > 0) {
  }
  const auto state = read_line(line.fd);
  ASSERT_TRUE(state);
  EXPECT_GT(state->bytes_acked, 0U);
  while (*watch.deadline() < began + seconds(1)) {  // in real time: its host takes a while to say that it has no room
    const Duration left = *watch.deadline() - read_steady();
    poll(nullptr, 0, static_cast<int>(std::max<std::int64_t>(left.us, 0) / 1000) + 1);
    EXPECT_FALSE(watch.moved(read_steady()));
  }
}

TEST(LineWatch, WatchesNothingThatIsNoConnection) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_FALSE(read_line(ends[0]));
  LineWatch watch;
  watch.begin(ends[0], kStart);
  EXPECT_FALSE(watch.deadline());
  EXPECT_FALSE(watch.moved(kStart + seconds(1)));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace argosy::fabric
