#include <set>

#include "fabric/test_cluster.h"

namespace argosy::fabric {
namespace {

TEST(Gate, LetsInAKnownKeyAndNamesIt) {
  TestCluster cluster;
  const KeyPair keys = KeyPair::generate();
  cluster.admit(keys.public_key);
  auto& client = cluster.connect(keys);
  cluster.introduce(client, "hello");
  ASSERT_EQ(cluster.got.size(), 1u);
  EXPECT_EQ(cluster.got[0].key, keys.public_key);
  EXPECT_EQ(cluster.gate.counters().admitted, 1u);
  EXPECT_EQ(cluster.gate.counters().refused, 0u);
}

TEST(Gate, LetsInADisabledKey) {
  TestCluster cluster;
  const KeyPair keys = KeyPair::generate();
  cluster.admit(keys.public_key, Standing::disabled);
  cluster.introduce(cluster.connect(keys), "hello");
  EXPECT_EQ(cluster.got.size(), 1u);
}

TEST(Gate, RefusesUnknownAndRevokedKeysAndListsThemWithTheirAddress) {
  TestCluster cluster;
  const KeyPair stranger = KeyPair::generate();
  const KeyPair revoked = KeyPair::generate();
  cluster.admit(revoked.public_key, Standing::revoked);
  auto& first = cluster.connect(stranger);
  ASSERT_TRUE(cluster.until([&] { return first.seen(ClientEventKind::handshake_refused); }));
  EXPECT_EQ(first.events.front().refusal, HandshakeRefusal::by_gate);
  cluster.drop(first);
  auto& second = cluster.connect(revoked);
  ASSERT_TRUE(cluster.until([&] { return second.seen(ClientEventKind::handshake_refused); }));

  const auto refused = cluster.gate.refused();
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0].key, revoked.public_key);
  EXPECT_EQ(refused[0].refusal, Refusal::revoked_key);
  EXPECT_EQ(refused[1].key, stranger.public_key);
  EXPECT_EQ(refused[1].refusal, Refusal::unknown_key);
  EXPECT_EQ(refused[1].address, "127.0.0.1");
  EXPECT_GE(refused[1].count, 1u);
  EXPECT_TRUE(cluster.got.empty());
}

TEST(Gate, LetsInAKeyThatCameToTheRosterAfterItWasRefused) {
  TestCluster cluster;
  const KeyPair keys = KeyPair::generate();
  auto& client = cluster.connect(keys);
  ASSERT_TRUE(cluster.until([&] { return client.seen(ClientEventKind::handshake_refused); }));
  cluster.admit(keys.public_key);
  cluster.introduce(client, "hello");
  EXPECT_EQ(cluster.got.size(), 1u);
}

TEST(Gate, OutlivesAStormOfStrangers) {
  TestCluster cluster;
  constexpr std::size_t kStorm = 300;
  auto& friendly = cluster.connect_known();
  const Peer peer = cluster.introduce(friendly, "before");
  const auto eager = [](ClientOptions& options) { options.reconnect_max = milliseconds(20); };
  for (std::size_t done = 0; done < kStorm; done += 30) {
    std::vector<TestCluster::Client*> strangers;
    for (int i = 0; i < 30; ++i) strangers.push_back(&cluster.connect(KeyPair::generate(), eager));
    ASSERT_TRUE(cluster.until([&] {
      for (const auto* stranger : strangers) {
        if (!stranger->seen(ClientEventKind::handshake_refused)) return false;
      }
      return true;
    }));
    for (auto* stranger : strangers) cluster.drop(*stranger);
  }
  EXPECT_GE(cluster.gate.counters().refused, kStorm);
  std::set<PublicKey> keys;
  for (const auto& refused : cluster.gate.refused()) keys.insert(refused.key);
  EXPECT_EQ(keys.size(), kStorm);
  EXPECT_EQ(cluster.server->send(peer, Frame::copy_of("still here")), Sent::sent);
  EXPECT_TRUE(cluster.until([&] { return !friendly.heard.empty(); }));
  cluster.introduce(cluster.connect_known(), "after");
  EXPECT_TRUE(cluster.gone.empty());
}

TEST(Gate, KeepsItsListBounded) {
  Context context, client_context;
  Gate gate(context, 4);
  ServerOptions server_options;
  server_options.keys = KeyPair::generate();
  ServerSocket server(context, gate, server_options);
  ASSERT_TRUE(server.listen("tcp://127.0.0.1:0"));
  std::vector<std::unique_ptr<ClientSocket>> strangers;
  PollSet polls;
  for (int i = 0; i < 8; ++i) {
    ClientOptions options;
    options.endpoint = server.endpoint();
    options.server_key = server_options.keys.public_key;
    options.keys = KeyPair::generate();
    strangers.push_back(std::move(*ClientSocket::connect(client_context, options)));
    polls.add(*strangers.back());
  }
  std::vector<ClientEvent> events;
  std::vector<Readiness> ready;
  const Time end = read_steady() + seconds(20);
  while (gate.counters().refused < 16 && read_steady() < end) {
    polls.wait(end, ready);
    for (const auto& stranger : strangers) stranger->take_events(read_steady(), events);
  }
  EXPECT_GE(gate.counters().refused, 16u);
  EXPECT_EQ(gate.refused().size(), 4u);
}

}  // namespace
}  // namespace argosy::fabric
