// The links of a broker whose name server does not answer.
#include "broker/links.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <algorithm>

#include "broker/held_calls.h"
#include "fabric/bound_port.h"
#include "fabric/clock.h"

namespace argosy::broker {
namespace {

class LinksTest : public ::testing::Test {
 protected:
  LinksTest() {
    config_.watch = "tcp://localhost:" + std::to_string(ntohs(endpoint_.address.sin_port));
    config_.peers = {{"b2", peer_.endpoint, ""}};
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

  fabric::BoundPort endpoint_, peer_;  // who knocks is refused
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
