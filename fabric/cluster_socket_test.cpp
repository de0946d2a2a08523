// A socket that moves: from one server to another one of the same cluster, while and before the other one is there.
#include "fabric/cluster_socket.h"

#include "fabric/certificates.h"
#include "fabric/private_file.h"
#include "fabric/test_cluster.h"
#include "fabric/test_folder.h"

namespace argosy::fabric {
namespace {

class Moving : public ::testing::Test {
 protected:
  Moving() {
    cluster_.admit(keys_.public_key);
    EXPECT_TRUE(write_plain_file(folder_ / "ca.pem", authority_.certificate().pem(), Existing::replace));
    EXPECT_TRUE(write_plain_file(folder_ / "endpoint.pem", certificate(cluster_.server_keys), Existing::replace));
  }

  std::string certificate(const KeyPair& keys, const std::string& host = "127.0.0.1") {
    return authority_.issue({"broker", "endpoint", keys.public_key, {host}, validity_})->pem();
  }

  std::unique_ptr<ServerSocket> make_server(const std::string& endpoint) {
    ServerOptions options;
    options.keys = other_keys_;
    auto server = std::make_unique<ServerSocket>(cluster_.context, cluster_.gate, options);
    EXPECT_TRUE(server->listen(endpoint));
    return server;
  }

  void open() {
    ClientOptions options;
    options.keys = keys_;
    auto opened = ClusterSocket::connect(
        cluster_.client_context,
        {cluster_.server->endpoint(), folder_ / "ca.pem", folder_ / "endpoint.pem", folder_ / "moved"}, options);
    ASSERT_TRUE(opened) << opened.error().message;
    socket_ = std::move(*opened);
  }

  void turn() {
    cluster_.turn();
    if (other_) {
      Received received;
      while (other_->receive(received)) {
      }
    }
    socket_->take_events(read_steady(), events_);
    for (auto& note : socket_->take_notes()) notes_ += note + "\n";
  }

  bool until(const std::function<bool()>& condition) {
    PollSet polls;
    polls.add(*socket_);
    std::vector<Readiness> ready;
    for (const Time end = read_steady() + seconds(20); read_steady() < end;) {
      turn();
      if (condition()) return true;
      polls.wait(read_steady() + milliseconds(20), ready);
    }
    return false;
  }

  bool noted(std::string_view part) { return until([&] { return contains(notes_, part); }); }

  Whereabouts kept() {
    const auto found = load_whereabouts(folder_ / "moved");
    return found && *found ? **found : Whereabouts();
  }

  TestFolder folder_;
  Validity validity_{read_wall() + seconds(-3600), read_wall() + seconds(86400)};
  Authority authority_ = *Authority::create("cluster", validity_);
  KeyPair keys_ = KeyPair::generate();
  KeyPair other_keys_ = KeyPair::generate();
  TestCluster cluster_;
  std::unique_ptr<ServerSocket> other_;
  std::unique_ptr<ClusterSocket> socket_;
  std::vector<ClientEvent> events_;
  std::string notes_;
};

TEST_F(Moving, GoesWhereItIsToldAndStartsThereNextTime) {
  open();
  ASSERT_TRUE(until([&] { return socket_->connected(); }));
  other_ = make_server("tcp://127.0.0.1:0");
  events_.clear();
  const Whereabouts told{3, other_->endpoint(), certificate(other_keys_), false};
  socket_->move(told, read_steady());
  ASSERT_TRUE(until([&] { return socket_->endpoint() == other_->endpoint(); })) << notes_;
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(events_[0].kind, ClientEventKind::disconnected);
  EXPECT_EQ(events_[1].kind, ClientEventKind::connected);
  EXPECT_EQ(kept(), (Whereabouts{3, told.endpoint, told.certificates, true}));

  socket_->move({2, cluster_.server->endpoint(), certificate(cluster_.server_keys), false}, read_steady());  // late
  EXPECT_EQ(socket_->endpoint(), other_->endpoint());

  open();
  EXPECT_EQ(socket_->endpoint(), other_->endpoint());
  EXPECT_TRUE(until([&] { return socket_->connected(); }));
  EXPECT_EQ(socket_->disbelieved(), 0u);
}

TEST_F(Moving, StaysUntilTheNewPlaceAnswers) {
  open();
  ASSERT_TRUE(until([&] { return socket_->connected(); }));
  std::string endpoint;
  {
    const auto gone = make_server("tcp://127.0.0.1:0");
    endpoint = gone->endpoint();
  }
  socket_->move({1, endpoint, certificate(other_keys_), false}, read_steady());
  ASSERT_TRUE(noted("is not reached yet (nobody listens there); stays at " + cluster_.server->endpoint())) << notes_;
  EXPECT_TRUE(socket_->connected());
  EXPECT_FALSE(kept().reached);

  open();  // a process that starts now tries both
  ASSERT_TRUE(until([&] { return socket_->connected(); }));
  EXPECT_EQ(socket_->endpoint(), cluster_.server->endpoint());
  other_ = make_server(endpoint);
  ASSERT_TRUE(until([&] { return socket_->endpoint() == endpoint; })) << notes_;
  EXPECT_TRUE(kept().reached);
}

// The configured place may be gone by then.
TEST_F(Moving, StartsWhereItWasWhileTheNextPlaceIsOnlyTold) {
  open();
  ASSERT_TRUE(until([&] { return socket_->connected(); }));
  other_ = make_server("tcp://127.0.0.1:0");
  const Whereabouts reached{1, other_->endpoint(), certificate(other_keys_), true};
  socket_->move({1, reached.endpoint, reached.certificates, false}, read_steady());
  ASSERT_TRUE(until([&] { return socket_->endpoint() == reached.endpoint; })) << notes_;
  const std::string nowhere = make_server("tcp://127.0.0.1:0")->endpoint();
  socket_->move({2, nowhere, certificate(other_keys_), false}, read_steady());
  ASSERT_TRUE(noted(nowhere + " is not reached yet")) << notes_;
  EXPECT_EQ(socket_->serial(), 2u);
  EXPECT_EQ(kept(), reached);

  open();
  EXPECT_EQ(socket_->endpoint(), reached.endpoint);
  EXPECT_TRUE(until([&] { return socket_->connected(); }));
}

TEST_F(Moving, DoesNotBelieveAnotherHostOrAnotherAuthority) {
  open();
  ASSERT_TRUE(until([&] { return socket_->connected(); }));
  other_ = make_server("tcp://127.0.0.1:0");
  socket_->move({1, other_->endpoint(), certificate(other_keys_, "elsewhere.example"), false}, read_steady());
  ASSERT_TRUE(noted("elsewhere.example")) << notes_;
  const Authority stranger = *Authority::create("cluster", validity_);
  const auto forged = stranger.issue({"broker", "endpoint", other_keys_.public_key, {"127.0.0.1"}, validity_});
  socket_->move({2, other_->endpoint(), forged->pem(), false}, read_steady());
  EXPECT_EQ(socket_->disbelieved(), 2u);
  EXPECT_EQ(socket_->serial(), 0u);
  EXPECT_EQ(kept(), Whereabouts());
  EXPECT_TRUE(socket_->connected());
  EXPECT_EQ(socket_->endpoint(), cluster_.server->endpoint());
}

TEST_F(Moving, TriesBothKeysOfARotation) {
  open();
  ASSERT_TRUE(until([&] { return socket_->connected(); }));
  other_ = make_server("tcp://127.0.0.1:0");
  socket_->move({1, other_->endpoint(), certificate(KeyPair::generate()) + certificate(other_keys_), false}, read_steady());
  EXPECT_TRUE(until([&] { return socket_->endpoint() == other_->endpoint(); })) << notes_;
}

TEST_F(Moving, TriesBothKeysOfTheConfiguredPlaceToo) {
  ASSERT_TRUE(write_plain_file(folder_ / "endpoint.pem", certificate(KeyPair::generate()) + certificate(cluster_.server_keys),
                               Existing::replace));
  open();
  EXPECT_TRUE(until([&] { return socket_->connected(); })) << notes_;
}

TEST_F(Moving, WithoutAKeptPlaceTheConfiguredOneMustBeBelieved) {
  ClientOptions options;
  options.keys = keys_;
  const ClusterPlace place{"tcp://127.0.0.2:7433", folder_ / "ca.pem", folder_ / "endpoint.pem", folder_ / "moved"};
  const auto opened = ClusterSocket::connect(cluster_.client_context, place, options);
  ASSERT_FALSE(opened);
  EXPECT_TRUE(contains(opened.error().message, "127.0.0.2")) << opened.error().message;
}

}  // namespace
}  // namespace argosy::fabric
