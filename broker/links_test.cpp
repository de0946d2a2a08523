// The links of a broker whose name server does not answer.
#include "broker/links.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/check.h"
#include "broker/held_calls.h"
#include "fabric/clock.h"

namespace argosy::broker {
namespace {

// Bound, and nobody listens: who knocks is refused.
struct RefusingPort {
  RefusingPort() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    number = std::to_string(ntohs(address.sin_port));
  }
  ~RefusingPort() { close(fd); }
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string number;
};

class LinksTest : public ::testing::Test {
 protected:
  LinksTest() {
    config_.watch = "tcp://localhost:" + endpoint_.number;
    config_.peers = {{"b2", "tcp://127.0.0.1:" + peer_.number, ""}};
  }

  bool hears_refusal_of(Links& links, const std::string& peer) {
    const auto is_it = [&](const Event& each) {
      const auto* refused = std::get_if<ConnectionRefused>(&each);
      return refused != nullptr && refused->peer == peer;
    };
    const Time end = fabric::read_steady() + seconds(30);
    std::vector<fabric::Readiness> ready;
    while (fabric::read_steady() < end) {
      std::vector<Event> events;
      links.take(fabric::read_steady(), events);
      if (std::any_of(events.begin(), events.end(), is_it)) return true;
      polls_.wait(std::min(end, links.deadline().value_or(end)), ready);
    }
    return false;
  }

  RefusingPort endpoint_, peer_;
  fabric::Context context_;
  fabric::PollSet polls_;
  Config config_;
  const fabric::KeyPair keys_ = fabric::KeyPair::generate();
};

TEST_F(LinksTest, GoOnWhileANameServerDoesNotAnswer) {
  HeldCall::Hold hold(name_server());
  Links links(context_, polls_, config_, keys_);
  ASSERT_TRUE(links.open().ok());
  links.watch_endpoint(true);
  EXPECT_TRUE(hears_refusal_of(links, "b2"));
  hold.release();
  EXPECT_TRUE(hears_refusal_of(links, ""));
}

TEST_F(LinksTest, KeepTheAddressThatWasFoundLast) {
  Links links(context_, polls_, config_, keys_);
  ASSERT_TRUE(links.open().ok());
  links.watch_endpoint(true);
  EXPECT_TRUE(hears_refusal_of(links, ""));
  links.watch_endpoint(false);
  HeldCall::Hold hold(name_server());
  links.watch_endpoint(true);
  EXPECT_TRUE(hears_refusal_of(links, ""));
}

TEST_F(LinksTest, NameWhatIsNoEndpoint) {
  config_.peers[0].endpoint = "b2.example:7434";
  const Status opened = Links(context_, polls_, config_, keys_).open();
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("b2.example"), std::string::npos);
}

}  // namespace
}  // namespace argosy::broker
