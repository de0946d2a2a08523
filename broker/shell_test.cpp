// The broker as a whole on real sockets.
#include "broker/shell.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "broker/held_calls.h"
#include "broker/loopback.h"
#include "schemas/codec.h"

namespace argosy::broker {
namespace {

constexpr ShardTerm kReign{{0}, {1}};

Hello master_hello() {
  Hello hello = hello_of(1);
  hello.holds = {kReign};
  return hello;
}

Hello worker_hello(const std::string& machine = "A") {
  Hello hello = hello_of(2, machine);
  hello.capacity.cpu_milli = 2000;
  hello.prefetch = 1;
  return hello;
}

struct Fleet : Loopback {
  explicit Fleet(std::function<void(Config&)> adjust = nullptr) {
    if (adjust) adjust(config);
    open();
  }
  const fabric::KeyPair master_keys = enroll(Role::master, "m1");
  const fabric::KeyPair worker_keys = enroll(Role::worker, "w1");
  const fabric::KeyPair viewer_keys = enroll(Role::viewer, "v1");
};

TEST(Broker, BringsAnOfferToAWorkerAndItsWordsBack) {
  Fleet fleet;
  Party& master = fleet.greet(Role::master, "m1", fleet.master_keys, master_hello());
  Party& worker = fleet.greet(Role::worker, "w1", fleet.worker_keys, worker_hello());
  ASSERT_TRUE(fleet.until([&] { return master.last<argosy::Presence>() != nullptr; }));

  Publish publish;
  publish.classes.push_back({1, {}, {}});
  for (std::uint64_t i = 0; i < 5; ++i) publish.offers.push_back({{{17}, {0}, {i}}, 1, 0, 0});
  ASSERT_TRUE(master.say(publish, {Role::broker, {}, {}}, kReign));
  ASSERT_TRUE(fleet.until([&] { return master.last<Claim>() != nullptr; }));
  const std::vector<ItemClaim> claims = master.last<Claim>()->claims;
  ASSERT_EQ(claims.size(), 3u);  // two that run and one that waits
  EXPECT_EQ(claims[0].worker, "w1");
  EXPECT_EQ(claims[0].connection, worker.connection);

  argosy::Run run;
  run.session = claims[0].session;
  run.items.push_back({0, {claims[0].item, {1}}, "value", ""});
  ASSERT_TRUE(master.say(run, worker.address(), kReign));
  ASSERT_TRUE(fleet.until([&] { return worker.last<argosy::Run>() != nullptr; }));
  EXPECT_EQ(worker.last<argosy::Run>()->items.at(0).value, "value");
  EXPECT_EQ(worker.envelope_of_last().from, master.address());
  EXPECT_EQ(worker.envelope_of_last().epoch, worker.epoch);

  ASSERT_TRUE(worker.say(Credit{1, false, {claims[0].item}}));
  ASSERT_TRUE(worker.say(Finished{{2}, {}}, {Role::master, {}, {}}, kReign));
  ASSERT_TRUE(fleet.until([&] { return master.last<Finished>() != nullptr; }));
  ASSERT_TRUE(fleet.until([&] { return master.last<Claim>()->claims.size() == 1; }));

  // And nothing else was sent: each of them heard only these.
  std::map<std::string, int> counted;
  for (const Message& message : worker.heard) {
    if (message.envelope.word == Pong::word) continue;  // on a slow day
    ++counted[std::to_string(message.envelope.word)];
  }
  EXPECT_EQ(counted, (std::map<std::string, int>{{"2", 1}, {"30", 1}}));
}

TEST(Broker, HearsNobodyUnknown) {
  Fleet fleet;
  Party& stranger = fleet.connect(Role::worker, "w1", fabric::KeyPair::generate());
  ASSERT_TRUE(fleet.until([&] { return !stranger.events.empty(); }));
  EXPECT_EQ(stranger.events[0].kind, fabric::ClientEventKind::handshake_refused);
  EXPECT_EQ(stranger.events[0].refusal, fabric::HandshakeRefusal::by_gate);

  // People hear of it: masters are told.
  Party& master = fleet.greet(Role::master, "m1", fleet.master_keys, master_hello());
  ASSERT_TRUE(fleet.until([&] {
    const auto* report = master.last<BrokerReport>();
    return report != nullptr && !report->refused.empty();
  }));
  EXPECT_EQ(master.last<BrokerReport>()->refused[0].reason, "unknown key");
  EXPECT_EQ(master.last<BrokerReport>()->refused[0].address, "127.0.0.1");
  EXPECT_TRUE(stranger.heard.empty());
}

TEST(Broker, RefusesWordsOfOtherRoles) {
  Fleet fleet;
  Party& viewer = fleet.greet(Role::viewer, "v1", fleet.viewer_keys, hello_of(3));
  ASSERT_TRUE(viewer.say(Submit{}, {Role::master, {}, {}}));
  ASSERT_TRUE(fleet.until([&] { return viewer.refused(Refusal::not_allowed); }));
  ASSERT_TRUE(viewer.say(Publish{}));
  ASSERT_TRUE(fleet.until([&] { return viewer.last<Refused>()->refused_word == Publish::word; }));
  EXPECT_TRUE(viewer.refused(Refusal::not_allowed));
  ASSERT_TRUE(viewer.say(Ask{"r7", "execution.list", "{}"}, {Role::master, {}, {}}));
  ASSERT_TRUE(fleet.until([&] { return viewer.refused(Refusal::unreachable); }));
  EXPECT_EQ(viewer.last<Refused>()->request, "r7");
  EXPECT_EQ(viewer.heard.size(), 4u);
}

TEST(Broker, RefusesRubbishAndServesOthersOn) {
  Fleet fleet;
  Party& viewer = fleet.greet(Role::viewer, "v1", fleet.viewer_keys, hello_of(3));
  ASSERT_TRUE(viewer.say_frames({"rubbish"}));
  ASSERT_TRUE(viewer.say_frames({"rubbish", "rubbish"}));
  ASSERT_TRUE(viewer.say_frames({std::string(2000, '\x91'), ""}));
  ASSERT_TRUE(viewer.say_frames({"a", "b", "c"}));
  Envelope envelope;
  envelope.word = Hello::word;
  ASSERT_TRUE(viewer.say_frames({encode_envelope(envelope), "\xc1"}));
  ASSERT_TRUE(fleet.until([&] { return viewer.heard.size() == 6; }));
  for (std::size_t i = 1; i < viewer.heard.size(); ++i) {
    EXPECT_EQ(viewer.heard[i].envelope.word, Refused::word);
    const auto reason = std::get<Refused>(viewer.heard[i].word).reason;
    EXPECT_TRUE(reason == Refusal::malformed || reason == Refusal::too_large);
  }
  ASSERT_TRUE(viewer.say(Ping{7}));
  ASSERT_TRUE(fleet.until([&] { return viewer.last<Pong>() != nullptr; }));
  EXPECT_EQ(viewer.last<Pong>()->nonce, 7u);
}

TEST(Broker, RefusesATwinAndWelcomesItWhenTheFirstIsGone) {
  Fleet fleet;
  Party& worker = fleet.greet(Role::worker, "w1", fleet.worker_keys, worker_hello("A"));
  Party& twin = fleet.greet(Role::worker, "w1", fleet.worker_keys, worker_hello("B"));
  EXPECT_TRUE(twin.refused(Refusal::twin));
  EXPECT_EQ(twin.last<Refused>()->text, "w1 is connected from host host-A");

  ASSERT_TRUE(worker.say(Bye{"done"}));
  ASSERT_TRUE(worker.say(Ping{1}));  // its answer says that the Bye was heard
  ASSERT_TRUE(fleet.until([&] { return worker.refused(Refusal::no_hello); }));
  ASSERT_TRUE(twin.say(worker_hello("B")));
  ASSERT_TRUE(fleet.until([&] { return twin.last<Welcome>() != nullptr; }));
}

TEST(Broker, NoticesAClosedConnectionAndSaysByeWhenItStops) {
  Fleet fleet;
  Party& master = fleet.greet(Role::master, "m1", fleet.master_keys, master_hello());
  Party& worker = fleet.greet(Role::worker, "w1", fleet.worker_keys, worker_hello());
  std::vector<fabric::ClientEvent> events;
  worker.socket->reconnect(fabric::read_steady(), events);
  ASSERT_TRUE(fleet.until([&] {
    const auto* presence = master.last<argosy::Presence>();
    return presence != nullptr && !presence->workers.empty() &&
           presence->workers[0].change == PresenceChange::closed;
  }));
  fleet.stop();
  ASSERT_TRUE(fleet.until([&] { return master.last<Bye>() != nullptr; }));
}

// A broker that says no Beat for a moment may be taken over: the roster waits for its disk aside.
TEST(Broker, SpeaksWhileItsDiskHangs) {
  Fleet fleet;
  Party& master = fleet.greet(Role::master, "m1", fleet.master_keys, master_hello());
  HeldCall::Hold hold(disk());
  Roster roster;
  roster.serial = 7;
  ASSERT_TRUE(master.say(roster));
  ASSERT_TRUE(master.say(Ping{7}));
  const auto is_answer = [](const Message& each) {
    const auto* pong = std::get_if<Pong>(&each.word);
    return pong != nullptr && pong->nonce == 7;
  };
  EXPECT_TRUE(fleet.until([&] { return std::any_of(master.heard.begin(), master.heard.end(), is_answer); }));
  hold.release();
  fleet.close();
  EXPECT_EQ(Keepsakes::open(fleet.config.directory)->roster().serial, 7u);
}

TEST(Broker, ServesInNoEpochThatIsNotOnDisk) {
  Fleet fleet;
  Party& viewer = fleet.greet(Role::viewer, "v1", fleet.viewer_keys, hello_of(3));
  Party& master = fleet.connect(Role::master, "m1", fleet.master_keys);
  ASSERT_TRUE(fleet.until([&] { return master.socket->connected(); }));
  HeldCall::Hold hold(disk());
  master.epoch = {7, "b2"};
  ASSERT_TRUE(master.say(master_hello()));
  ASSERT_TRUE(fleet.until([&] { return master.refused(Refusal::not_active); }));
  ASSERT_TRUE(viewer.say(Ping{7}));
  ASSERT_TRUE(fleet.until([&] { return viewer.refused(Refusal::not_active); }));
  EXPECT_EQ(Keepsakes::open(fleet.config.directory)->epoch(), (Epoch{1, "b1"}));
  hold.release();
  std::size_t answers = 0;
  EXPECT_TRUE(fleet.until([&] {
    if (master.last<Welcome>() != nullptr) return true;
    if (master.heard.size() > answers) master.say(master_hello());
    answers = master.heard.size();
    return false;
  }));
  EXPECT_EQ(master.epoch, (Epoch{8, "b1"}));
  EXPECT_EQ(Keepsakes::open(fleet.config.directory)->epoch(), (Epoch{8, "b1"}));
}

TEST(Broker, RaisesItsEpochAtEachStartAndNamesATakenPort) {
  Fleet fleet;
  Party& viewer = fleet.greet(Role::viewer, "v1", fleet.viewer_keys, hello_of(3));
  EXPECT_EQ(viewer.epoch, (Epoch{1, "b1"}));
  EXPECT_EQ(Keepsakes::open(fleet.config.directory)->epoch(), (Epoch{1, "b1"}));

  Config second = fleet.config;
  const auto same_folder = Shell::open(second);
  ASSERT_FALSE(same_folder.ok());
  EXPECT_NE(same_folder.error().message.find("another broker runs in this folder"), std::string::npos);
  second.directory += ".2";
  second.endpoint = fleet.endpoint();
  const auto taken = Shell::open(second);
  ASSERT_FALSE(taken.ok());
  EXPECT_NE(taken.error().message.find(fleet.endpoint()), std::string::npos);

  fleet.close();
  const auto again = Shell::open(fleet.config);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(Keepsakes::open(fleet.config.directory)->epoch(), (Epoch{2, "b1"}));
}

}  // namespace
}  // namespace argosy::broker
