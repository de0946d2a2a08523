// Several hosts, a server that was failed over, one that does not answer, a standby that is gone: on a real PostgreSQL.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

#include "catalog/guard.h"
#include "catalog/hosts.h"
#include "catalog/sql.h"
#include "tests/catalog/fixture.h"

namespace argosy::catalog {
namespace {

// A port of 127.0.0.1 where the kernel accepts and nobody ever answers; or, closed, where nobody listens.
class DumbPort {
 public:
  DumbPort() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(listen(socket_, 8), 0);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    port_ = ntohs(at.sin_port);
  }
  ~DumbPort() { close_it(); }
  void close_it() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_;
  int port_ = 0;
};

class Hosts : public Fixture {
 protected:
  // The database's address with another host in front of its own.
  std::string with_first(const std::string& host) const {
    std::string out = url();
    return out.insert(out.find("127.0.0.1"), host + ",");
  }
  std::atomic<bool> ear_heard_ = false;
  void on_server(const std::string& text) {
    const auto other = open();
    other->sql().ensure_open();
    other->sql().script(text);
  }
};
INSTANTIATE_TEST_SUITE_P(Only, Hosts, testing::Values(Dialect::postgresql), [](const auto&) { return "postgresql"; });

TEST_P(Hosts, AHostThatIsSilentOrGoneIsPassedBy) {
  for (const bool silent : {true, false}) {
    DumbPort other;
    if (!silent) other.close_it();
    const auto began = std::chrono::steady_clock::now();
    auto opened = Catalog::open(with_first(other.host()) + "?target_session_attrs=read-write");
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    Batch b = batch();
    EXPECT_EQ(write(**opened, b).verdict, BatchVerdict::committed);
    // libpq alone would wait for its connect_timeout of 2 s.
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1900)) << silent;
  }
}

TEST_P(Hosts, AllOfThemAreNamedWhenNoneTakesWrites) {
  DumbPort one, two;
  one.close_it(), two.close_it();
  Trouble trouble = Trouble::none;
  const auto opened = Catalog::open("postgresql://argosy@" + one.host() + "," + two.host() + "/argosy", {}, &trouble);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(trouble, Trouble::unavailable);
  EXPECT_NE(opened.error().message.find(one.host() + ": "), std::string::npos) << opened.error().message;
  EXPECT_NE(opened.error().message.find("refused"), std::string::npos) << opened.error().message;
}

TEST_P(Hosts, AServerOfAnOlderTimelineThanOneSeenIsRefused) {
  commit(batch());
  EXPECT_EQ(latest_timeline(url()), 1);
  saw_timeline(url(), 7);
  const auto other = open();
  Batch b = batch();
  const auto outcome = write(*other, b);
  EXPECT_EQ(outcome.verdict, BatchVerdict::unavailable);
  EXPECT_NE(outcome.detail.find("failed over"), std::string::npos) << outcome.detail;
  EXPECT_FALSE(read_shard(*other, fence_).ok()) << "an adopter must not read there either";
}

// What a guard says, for a test to wait for.
class Ear {
 public:
  std::function<void(const std::string&)> tell() {
    return [this](const std::string& text) {
      const std::lock_guard lock(mutex_);
      said_ += text + "\n";
      more_.notify_all();
    };
  }
  bool hears(const std::string& part) {
    std::unique_lock lock(mutex_);
    return more_.wait_for(lock, std::chrono::seconds(60), [&] { return said_.find(part) != std::string::npos; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::string said_;
};

TEST_P(Hosts, AStandbyThatIsGoneIsToldAndTheCommitGoesOnWhenItIsBack) {
  Ear ear;
  Guard guard({url(), milliseconds(100), {}, ear.tell()});
  Options options;
  options.line = guard.line();
  const auto mine = open(options);
  on_server("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  on_server("SELECT pg_reload_conf()");
  std::thread master([&] {
    const Guard::Watched watched(guard);
    Batch b;
    do {  // the server takes its new setting up when it likes
      b = batch();
      EXPECT_EQ(write(*mine, b).verdict, BatchVerdict::committed);
    } while (!ear_heard_);
  });
  EXPECT_TRUE(ear.hears("waits for its synchronous standby"));
  ear_heard_ = true;
  on_server("ALTER SYSTEM RESET synchronous_standby_names");
  on_server("SELECT pg_reload_conf()");
  master.join();
}

TEST_P(Hosts, AServerThatDoesNotAnswerIsCutOffAsUnknown) {
  const char* folder = getenv("ARGOSY_TEST_POSTGRES_DATA");
  ASSERT_NE(folder, nullptr);
  pid_t postmaster = 0;
  std::ifstream(std::string(folder) + "/postmaster.pid") >> postmaster;
  ASSERT_GT(postmaster, 0);
  Ear ear;
  Guard guard({url(), milliseconds(100), {}, ear.tell()});
  Options options;
  options.line = guard.line();
  const auto mine = open(options);
  Batch b = batch();
  ASSERT_EQ(write(*mine, b).verdict, BatchVerdict::committed);
  const auto backend = static_cast<pid_t>(guard.line()->place()->backend);
  b = batch();
  kill(postmaster, SIGSTOP), kill(backend, SIGSTOP);
  BatchOutcome outcome;
  {
    const Guard::Watched watched(guard);
    outcome = write(*mine, b);
  }
  kill(postmaster, SIGCONT), kill(backend, SIGCONT);
  EXPECT_EQ(outcome.verdict, BatchVerdict::unknown) << outcome.detail;
  EXPECT_TRUE(ear.hears("does not answer"));
  EXPECT_EQ(write(*mine, b).verdict, BatchVerdict::committed);
}

}  // namespace
}  // namespace argosy::catalog
