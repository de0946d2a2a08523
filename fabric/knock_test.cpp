#include "fabric/knock.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fabric/bound_port.h"
#include "fabric/clock.h"
#include "fabric/lookup.h"

namespace argosy::fabric {
namespace {

Knock::Answer answer_at(const std::string& endpoint, Duration patience = seconds(10)) {
  auto knock = Knock::at(endpoint);
  EXPECT_TRUE(knock.ok());
  EXPECT_FALSE(knock->take_answer(read_steady()));
  knock->start(read_steady(), patience);
  while (true) {
    if (const auto answer = knock->take_answer(read_steady())) return *answer;
    pollfd line{knock->fd(), POLLOUT, 0};
    poll(&line, 1, 10);
  }
}

TEST(Knock, TellsWhoListensFromWhoDoesNot) {
  BoundPort port;
  EXPECT_EQ(answer_at(port.endpoint), Knock::Answer::refused);  // bound only
  ASSERT_EQ(listen(port.fd, 1), 0);
  EXPECT_EQ(answer_at(port.endpoint), Knock::Answer::listening);
}

TEST(Knock, TakesNoAnswerForSilence) {
  BoundPort port;
  ASSERT_EQ(listen(port.fd, 0), 0);
  // Nobody accepts: once the queue is full, the kernel drops what comes.
  for (int i = 0; i < 3; ++i) {
    if (answer_at(port.endpoint, milliseconds(50)) == Knock::Answer::silence) return;
    const int more = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);  // stays open until the test ends
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(port.fd, reinterpret_cast<sockaddr*>(&address), &size);
    (void)connect(more, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  EXPECT_EQ(answer_at(port.endpoint, milliseconds(50)), Knock::Answer::silence);
}

TEST(Knock, NamesWhatIsNoEndpoint) {
  for (const char* text : {"localhost:1", "tcp://", "tcp://:1", "tcp://host"}) {
    EXPECT_FALSE(Knock::at(text).ok()) << text;
  }
  EXPECT_FALSE(Knock::at("tcp://localhost:1").ok());
}

TEST(Lookup, FindsTheAddressBehindAName) {
  const auto found = [](const std::string& endpoint) {
    Lookup lookup(*split_endpoint(endpoint));
    while (true) {
      if (auto answer = lookup.take()) return *answer;
      pollfd line{lookup.fd(), POLLIN, 0};
      poll(&line, 1, -1);
    }
  };
  EXPECT_EQ(found("tcp://localhost:7433").value(), "tcp://127.0.0.1:7433");
  EXPECT_FALSE(found("tcp://no.such.host.invalid:1").ok());
  EXPECT_TRUE(is_numeric(*split_endpoint("tcp://[::1]:7433")));
  EXPECT_FALSE(is_numeric(*split_endpoint("tcp://localhost:7433")));
}

}  // namespace
}  // namespace argosy::fabric
