#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "fabric/test_cluster.h"
#include "fabric/zmq_socket.h"

namespace argosy::fabric {
namespace {

TEST(Frame, TakesSharesAndMovesBytes) {
  for (const std::size_t size : {0, 1, 100, 5000, 300000}) {
    Frame frame(std::string(size, 'x'));
    const Frame shared = frame.share();
    const Frame moved = std::move(frame);
    EXPECT_EQ(moved.view(), std::string(size, 'x'));
    EXPECT_EQ(shared.view(), moved.view());
  }
}

TEST(Sockets, CarryFramesBothWays) {
  TestCluster cluster;
  auto& client = cluster.connect_known();
  ASSERT_TRUE(cluster.until([&] { return client.socket->connected(); }));
  Frames frames;
  frames.push_back(Frame::copy_of("head"));
  frames.emplace_back(std::string(256 * 1024, 'b'));
  frames.push_back(Frame::copy_of(""));
  ASSERT_EQ(client.socket->send(frames), Sent::sent);
  ASSERT_TRUE(cluster.until([&] { return cluster.got.size() == 1; }));
  Received& received = cluster.got[0];
  ASSERT_EQ(received.frames.size(), 3u);
  EXPECT_EQ(received.frames[1].size(), 256u * 1024);
  EXPECT_TRUE(received.frames[2].empty());
  EXPECT_EQ(cluster.server->address(received.peer), "127.0.0.1");

  // A relay sends on what it received.
  ASSERT_EQ(cluster.server->send(received.peer, received.frames), Sent::sent);
  ASSERT_TRUE(cluster.until([&] { return client.heard.size() == 1; }));
  EXPECT_EQ(client.heard[0], "head");
  EXPECT_EQ(cluster.got.size(), 1u);
  EXPECT_TRUE(cluster.gone.empty());
}

TEST(Sockets, KeepOrderUnderManyMessages) {
  TestCluster cluster;
  auto& client = cluster.connect_known();
  cluster.introduce(client, "0");
  constexpr int kMany = 20000;
  int next = 1;
  ASSERT_TRUE(cluster.until([&] {
    while (next < kMany && client.socket->send(Frame::copy_of(std::to_string(next))) == Sent::sent) ++next;
    return cluster.got.size() == kMany;
  }));
  for (int i = 0; i < kMany; ++i) ASSERT_EQ(cluster.got[i].frames[0].view(), std::to_string(i));
}

TEST(Server, LearnsThatAClientWasClosed) {
  TestCluster cluster;
  auto& first = cluster.connect_known();
  auto& second = cluster.connect_known();
  const Peer gone = cluster.introduce(first, "first");
  const Peer stays = cluster.introduce(second, "second");
  cluster.drop(first);
  ASSERT_TRUE(cluster.until([&] { return !cluster.gone.empty(); }));
  EXPECT_EQ(cluster.gone, std::vector<Peer>{gone});
  EXPECT_EQ(cluster.server->send(gone, Frame::copy_of("word")), Sent::unknown_peer);
  EXPECT_EQ(cluster.server->send(stays, Frame::copy_of("word")), Sent::sent);
  EXPECT_TRUE(cluster.until([&] { return second.heard.size() == 1; }));
}

TEST(Server, LearnsOfEveryEndWhenConnectionsComeAndGoOnTheSameDescriptors) {
  TestCluster cluster;
  std::vector<Peer> all;
  for (int round = 0; round < 30; ++round) {
    auto& a = cluster.connect_known();
    auto& b = cluster.connect_known();
    all.push_back(cluster.introduce(a, "a"));
    all.push_back(cluster.introduce(b, "b"));
    cluster.drop(a);
    cluster.drop(b);
  }
  ASSERT_TRUE(cluster.until([&] { return cluster.gone.size() == all.size(); }));
  std::sort(cluster.gone.begin(), cluster.gone.end());
  EXPECT_EQ(cluster.gone, all);
}

TEST(Server, LearnsOfAnEndThatCameBeforeItReadTheFirstMessage) {
  TestCluster cluster;
  std::vector<std::unique_ptr<ClientSocket>> brief;
  for (int i = 0; i < 20; ++i) {
    // Connected and heard by the kernel, but the server's owner does not run meanwhile.
    ClientOptions options;
    options.endpoint = cluster.server->endpoint();
    options.server_key = cluster.server_keys.public_key;
    options.keys = KeyPair::generate();
    options.linger = seconds(2);
    cluster.admit(options.keys.public_key);
    auto socket = std::move(*ClientSocket::connect(cluster.client_context, options));
    PollSet polls;
    polls.add(*socket);
    std::vector<ClientEvent> events;
    std::vector<Readiness> ready;
    while (!socket->connected()) {
      polls.wait(read_steady() + seconds(20), ready);
      socket->take_events(read_steady(), events);
    }
    ASSERT_EQ(socket->send(Frame::copy_of("brief")), Sent::sent);
  }
  ASSERT_TRUE(cluster.until([&] { return cluster.got.size() == 20 && cluster.gone.size() == 20; }))
      << cluster.got.size() << " heard, " << cluster.gone.size() << " gone";
}

TEST(Server, LearnsThatAClientsProcessWasKilled) {
  TestCluster cluster;
  const KeyPair keys = KeyPair::generate();
  cluster.admit(keys.public_key);
  const std::string endpoint = cluster.server->endpoint();
  const pid_t child = ::fork();
  if (child == 0) {
    // Its own context; nothing of the parent's is touched.
    Context context;
    ClientOptions options;
    options.endpoint = endpoint;
    options.server_key = cluster.server_keys.public_key;
    options.keys = keys;
    auto socket = std::move(*ClientSocket::connect(context, options));
    PollSet polls;
    polls.add(*socket);
    std::vector<ClientEvent> events;
    std::vector<Readiness> ready;
    bool said = false;
    while (true) {
      polls.wait(read_steady() + seconds(60), ready);
      if (ready.empty()) ::_exit(1);
      socket->take_events(read_steady(), events);
      if (socket->connected() && !said) said = socket->send(Frame::copy_of("alive")) == Sent::sent;
      Frames frames;
      while (socket->receive(frames)) {
      }
    }
  }
  ASSERT_GT(child, 0);
  EXPECT_TRUE(cluster.until([&] { return cluster.got.size() == 1; }));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(cluster.until([&] { return cluster.gone.size() == 1; }));
}

TEST(Server, KnowsNoPeerThatNeverSpoke) {
  TestCluster cluster;
  EXPECT_EQ(cluster.server->send(Peer{17}, Frame::copy_of("word")), Sent::unknown_peer);
  EXPECT_EQ(cluster.server->address(Peer{17}), "");
}

TEST(Server, SaysFullWhenAPeerDoesNotRead) {
  ServerOptions options;
  options.send_queue_messages = 10;
  TestCluster cluster(options);
  auto& client = cluster.connect_known();
  const Peer peer = cluster.introduce(client, "slow reader");
  Sent last = Sent::sent;
  for (int i = 0; i < 10000 && last == Sent::sent; ++i) {
    last = cluster.server->send(peer, Frame(std::string(64 * 1024, 'x')));
  }
  EXPECT_EQ(last, Sent::full);
  // Once it reads, there is room again.
  EXPECT_TRUE(cluster.until([&] { return cluster.server->send(peer, Frame::copy_of("end")) == Sent::sent; }));
}

TEST(Server, EndsTheConnectionOfAnOversizedMessageAndHarmsNobodyElse) {
  ServerOptions options;
  options.max_message_bytes = 64 * 1024;
  TestCluster cluster(options);
  auto& bad = cluster.connect_known();
  auto& good = cluster.connect_known();
  const Peer bad_peer = cluster.introduce(bad, "bad");
  cluster.introduce(good, "good");
  ASSERT_EQ(bad.socket->send(Frame(std::string(1 << 20, 'x'))), Sent::sent);
  ASSERT_TRUE(
      cluster.until([&] { return !cluster.gone.empty() && bad.seen(ClientEventKind::disconnected); }));
  EXPECT_EQ(cluster.gone, std::vector<Peer>{bad_peer});
  cluster.introduce(good, "still good");
  EXPECT_EQ(cluster.got.size(), 3u);
  EXPECT_FALSE(good.seen(ClientEventKind::disconnected));
}

TEST(Server, StopsListeningAndListensAgain) {
  TestCluster cluster;
  auto& client = cluster.connect_known();
  const Peer first = cluster.introduce(client, "before");
  const std::string endpoint = cluster.server->endpoint();
  cluster.server->stop_listening();
  EXPECT_EQ(cluster.server->endpoint(), "");
  ASSERT_TRUE(
      cluster.until([&] { return client.seen(ClientEventKind::unreachable) && !cluster.gone.empty(); }));
  EXPECT_TRUE(client.seen(ClientEventKind::disconnected));
  EXPECT_EQ(cluster.gone, std::vector<Peer>{first});
  ASSERT_TRUE(cluster.server->listen(endpoint));
  const Peer second = cluster.introduce(client, "after");
  EXPECT_EQ(cluster.server->send(second, Frame::copy_of("word")), Sent::sent);
  EXPECT_TRUE(cluster.until([&] { return client.heard.size() == 1; }));
}

TEST(Server, HangsUpOnAllAndCanBeFoundAgain) {
  TestCluster cluster;
  auto& client = cluster.connect_known();
  const Peer first = cluster.introduce(client, "before");
  const std::string endpoint = cluster.server->endpoint();
  cluster.server->hang_up();
  ASSERT_TRUE(cluster.until([&] { return client.seen(ClientEventKind::disconnected); }));
  EXPECT_EQ(cluster.gone, std::vector<Peer>{first});
  ASSERT_TRUE(cluster.server->listen(endpoint));
  const Peer second = cluster.introduce(client, "after");
  EXPECT_NE(first, second);
  EXPECT_EQ(cluster.server->send(first, Frame::copy_of("word")), Sent::unknown_peer);
}

TEST(Server, NamesAnEndpointThatIsTaken) {
  TestCluster cluster;
  Context context;
  Gate gate(context);
  ServerSocket other(context, gate, {});
  const Status taken = other.listen(cluster.server->endpoint());
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().message.find(cluster.server->endpoint()), std::string::npos)
      << taken.error().message;
}

TEST(Server, OutlivesConnectionsThatSpeakNoZmtp) {
  TestCluster cluster;
  auto& client = cluster.connect_known();
  const Peer peer = cluster.introduce(client, "before");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string endpoint = cluster.server->endpoint();
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
  const std::string noises[] = {"GET / HTTP/1.1\r\n\r\n", std::string(4096, '\xff'), std::string(64, '\0'),
                                ""};
  for (const std::string& noise : noises) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::send(fd, noise.data(), noise.size(), MSG_NOSIGNAL), static_cast<ssize_t>(noise.size()));
    ::close(fd);
  }
  EXPECT_EQ(cluster.server->send(peer, Frame::copy_of("word")), Sent::sent);
  EXPECT_TRUE(cluster.until([&] { return client.heard.size() == 1; }));
  EXPECT_EQ(cluster.got.size(), 1u);
  EXPECT_TRUE(cluster.gone.empty());
}

// A client of libzmq's own kind, which can choose its routing id.
class ChoosingClient {
 public:
  ChoosingClient(TestCluster& cluster, const KeyPair& keys) : socket_(cluster.client_context, ZMQ_DEALER) {
    socket_.set_bytes(ZMQ_ROUTING_ID, "chosen", 6);
    socket_.set_bytes(ZMQ_CURVE_SERVERKEY, cluster.server_keys.public_key.bytes().data(), PublicKey::kSize);
    socket_.set_bytes(ZMQ_CURVE_PUBLICKEY, keys.public_key.bytes().data(), PublicKey::kSize);
    socket_.set_bytes(ZMQ_CURVE_SECRETKEY, keys.secret_key.bytes().data(), SecretKey::kSize);
    socket_.set(ZMQ_LINGER, 1000);
    CHECK(zmq_connect(socket_.raw(), cluster.server->endpoint().c_str()) == 0);
    CHECK(socket_.send_copy("word", false));
  }

 private:
  ZmqSocket socket_;
};

TEST(Server, IsNotDeceivedByAChosenRoutingId) {
  TestCluster cluster;
  const KeyPair first = KeyPair::generate(), second = KeyPair::generate();
  cluster.admit(first.public_key);
  cluster.admit(second.public_key);
  {
    const ChoosingClient client(cluster, first);
    ASSERT_TRUE(cluster.until([&] { return cluster.got.size() == 1; }));
  }
  // The server's owner has not heard yet that the first is gone. The ROUTER refuses a routing id while it is
  // taken, so the second tries until it is free.
  ASSERT_TRUE(cluster.until([&] {
    if (cluster.got.size() == 2) return true;
    const ChoosingClient client(cluster, second);
    return cluster.got.size() == 2;
  }));
  EXPECT_EQ(cluster.got[0].key, first.public_key);
  EXPECT_EQ(cluster.got[1].key, second.public_key);
  EXPECT_NE(cluster.got[0].peer, cluster.got[1].peer);
  EXPECT_TRUE(cluster.until([&] { return !cluster.gone.empty(); }));
  EXPECT_EQ(cluster.gone[0], cluster.got[0].peer);
}

TEST(Client, IsToldWhenItTakesMessagesAgain) {
  ServerOptions options;
  options.receive_queue_messages = 10;
  TestCluster cluster(options);
  const KeyPair keys = KeyPair::generate();
  cluster.admit(keys.public_key);
  auto& client = cluster.connect(keys, [](ClientOptions& made) { made.send_queue_messages = 10; });
  ASSERT_TRUE(cluster.until([&] { return client.socket->connected(); }));
  // The server's owner does not read meanwhile.
  int sent = 0;
  while (client.socket->send(Frame(std::string(256 * 1024, 'x'))) == Sent::sent) ++sent;
  PollSet own;
  const Token token = own.add(*client.socket);
  own.change(token, Interest::write);
  ASSERT_TRUE(cluster.until([&] { return static_cast<int>(cluster.got.size()) == sent; }));
  std::vector<Readiness> ready;
  own.wait(read_steady() + seconds(20), ready);
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_TRUE(ready[0].writable);
}

TEST(Client, DoesNotTalkToAServerWithAnotherKey) {
  TestCluster cluster;
  const KeyPair keys = KeyPair::generate();
  cluster.admit(keys.public_key);
  auto& client = cluster.connect(
      keys, [](ClientOptions& options) { options.server_key = KeyPair::generate().public_key; });
  ASSERT_TRUE(cluster.until([&] { return client.seen(ClientEventKind::handshake_refused); }));
  EXPECT_EQ(client.socket->send(Frame::copy_of("secret")), Sent::full);
  EXPECT_FALSE(client.seen(ClientEventKind::connected));
  EXPECT_TRUE(cluster.got.empty());
}

// This process's end of a connection to that port.
int connected_to(int port) {
  for (int fd = 3; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && ntohs(peer.sin_port) == port) return fd;
  }
  return -1;
}

// A process that is stopped, or must wait for its turn, between two frames of one message.
TEST(Client, LosesAMessageInWhichTheConnectionEnds) {
  TestCluster cluster;
  auto& client = cluster.connect_known();
  const std::string endpoint = cluster.server->endpoint();
  for (int round = 0; round < 3; ++round) {
    client.events.clear();
    ASSERT_TRUE(cluster.until([&] { return client.socket->connected(); }));
    const int fd = connected_to(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
    ASSERT_GE(fd, 0);
    Frames frames;  // so many that the end comes among them
    for (int i = 0; i < 500'000; ++i) frames.push_back(Frame::copy_of("x"));
    std::atomic<bool> begins = false;
    std::thread cut([&] {
      begins.wait(false);
      ::shutdown(fd, SHUT_RDWR);
    });
    begins = true;
    begins.notify_one();
    EXPECT_EQ(client.socket->send(frames), Sent::sent);
    cut.join();
    EXPECT_TRUE(cluster.until([&] { return client.seen(ClientEventKind::disconnected); }));
  }
  ASSERT_TRUE(cluster.until([&] { return client.socket->connected(); }));
  std::vector<Frame> whole;
  whole.push_back(Frame::copy_of("whole"));
  whole.push_back(Frame::copy_of("again"));
  ASSERT_EQ(client.socket->send(whole), Sent::sent);
  ASSERT_TRUE(cluster.until([&] { return !cluster.got.empty() && cluster.got.back().frames.size() == 2; }));
  EXPECT_EQ(cluster.got.back().frames[0].view(), "whole");
}

TEST(Client, ConnectsAnewWhenAsked) {
  TestCluster cluster;
  auto& client = cluster.connect_known();
  const Peer first = cluster.introduce(client, "one");
  client.socket->reconnect(read_steady(), client.events);
  EXPECT_TRUE(client.seen(ClientEventKind::disconnected));
  const Peer second = cluster.introduce(client, "two");
  EXPECT_NE(first, second);
  EXPECT_TRUE(cluster.until([&] { return cluster.gone == std::vector<Peer>{first}; }));
}

// Its monitor has told something, which its owner has not taken.
bool has_news(const ClientSocket& client) {
  std::vector<void*> sockets;
  client.raw_sockets(sockets);
  zmq_pollitem_t item{sockets.at(1), 0, ZMQ_POLLIN, 0};
  return zmq_poll(&item, 1, 10) == 1;
}

// libzmq hears of other threads at every hundredth frame that it delivers: here between two of a message.
TEST(Client, ReceivesWholeMessagesOfAConnectionThatEndsMeanwhile) {
  ServerOptions options;
  options.linger = seconds(20);
  TestCluster cluster(options);
  auto& client = cluster.connect_known();
  const Peer peer = cluster.introduce(client, "before");
  constexpr int kMany = 100;
  for (int i = 0; i < kMany; ++i) {
    Frame frames[] = {Frame::copy_of("head"), Frame::copy_of(std::to_string(i))};
    ASSERT_EQ(cluster.server->send(peer, frames), Sent::sent);
  }
  int next = 0;
  Frames frames;
  const auto take = [&] {
    if (!client.socket->receive(frames)) return false;
    EXPECT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames.back().view(), std::to_string(next++));
    return true;
  };
  PollSet polls;
  polls.add(*client.socket);
  std::vector<Readiness> ready;
  for (const Time end = read_steady() + seconds(20); next == 0 && read_steady() < end;) {
    polls.wait(end, ready);
    take();
  }
  cluster.server->stop_listening();
  Received received;
  for (const Time end = read_steady() + seconds(20); !has_news(*client.socket) && read_steady() < end;) {
    cluster.server->receive(received);
  }
  while (take()) {
  }
  EXPECT_EQ(next, kMany);
  EXPECT_TRUE(cluster.until([&] { return client.seen(ClientEventKind::disconnected); }));
}

// libzmq does not read then, and learns of the end by the descriptor alone.
TEST(Client, OutlivesAnEndThatComesWhileItsQueueIsFull) {
  TestCluster cluster;
  const KeyPair keys = KeyPair::generate();
  cluster.admit(keys.public_key);
  auto& client = cluster.connect(keys, [](ClientOptions& made) {
    made.receive_queue_messages = 10;
    made.probe = milliseconds(20);
  });
  const Peer peer = cluster.introduce(client, "before");
  while (cluster.server->send(peer, Frame(std::string(10'000, 'x'))) == Sent::sent) {
  }
  const std::string endpoint = cluster.server->endpoint();
  cluster.server->hang_up();
  PollSet nothing;
  std::vector<Readiness> ready;
  for (const Time end = read_steady() + milliseconds(600); read_steady() < end;) {  // longer than pings are apart
    client.socket->take_events(read_steady(), client.events);
    nothing.wait(read_steady() + milliseconds(10), ready);
  }
  ASSERT_TRUE(cluster.until([&] { return client.seen(ClientEventKind::disconnected); }));
  ASSERT_TRUE(cluster.server->listen(endpoint));
  cluster.introduce(client, "after");
}

TEST(Client, RefusesWhatIsNoEndpoint) {
  Context context;
  for (const char* endpoint : {"", "ipc:///tmp/x", "tcp://nohostport", "127.0.0.1:1"}) {
    ClientOptions options;
    options.endpoint = endpoint;
    options.keys = KeyPair::generate();
    EXPECT_FALSE(ClientSocket::connect(context, options)) << endpoint;
  }
}

}  // namespace
}  // namespace argosy::fabric
