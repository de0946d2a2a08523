// A broker, a master and a worker as processes on loopback, and a client that submits: the master's shell with all its threads.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "broker/loopback.h"
#include "broker/shell.h"
#include "catalog/catalog.h"
#include "catalog/fleet.h"
#include "fabric/certificates.h"
#include "fabric/clock.h"
#include "master/shell.h"
#include "worker/shell.h"

namespace argosy::master {
namespace {

namespace fs = std::filesystem;

// A role in a process of its own. Ended by SIGTERM.
class Child {
 public:
  explicit Child(const std::function<int()>& role) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    std::fflush(stdout);  // else the child says again what this test said
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]), close(ends[1]);
      _exit(role());
    }
    close(ends[1]);
    out_ = ends[0];
  }
  ~Child() {
    if (pid_ > 0) stop();
    close(out_);
  }
  std::string line() const {
    std::string text;
    for (char c = 0; read(out_, &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  int stop() {
    kill(pid_, SIGTERM);
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

class Cluster {
 public:
  Cluster() {
    std::string name = (fs::temp_directory_path() / "argosy-master-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder = name;
    const WallTime now = fabric::read_wall();
    const fabric::Validity validity{now + seconds(-60), now + seconds(3600)};
    auto authority = fabric::Authority::create("test", validity);
    auto certificate = authority->issue({"broker", "endpoint", endpoint_keys.public_key, {"127.0.0.1"}, validity});
    std::ofstream(folder / "authority.pem") << authority->certificate().pem();
    std::ofstream(folder / "endpoint.pem") << certificate->pem();
    for (const auto& [file, keys] : {std::pair{"endpoint.key", &endpoint_keys}, {"m1.key", &master_keys},
                                     {"w1.key", &worker_keys}, {"catalog.key", &catalog_keys}}) {
      EXPECT_TRUE(fabric::save_key_pair(folder / file, *keys).ok());
    }
    std::ofstream(folder / "roster") << "master m1 " << master_keys.public_key.hex() << "\noperator olga "
                                     << operator_keys.public_key.hex() << "\n";
    catalog::Options options;
    options.migrate = true;
    auto opened = catalog::Catalog::open(catalog_url(), options);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    EXPECT_TRUE(catalog::add_party(**opened, {Role::worker, "w1", worker_keys.public_key.hex(), catalog::PartyState::enabled, now}).ok());
  }
  ~Cluster() { fs::remove_all(folder); }

  std::string catalog_url() const { return "sqlite:" + (folder / "catalog.db").string(); }
  broker::Config broker() const {
    broker::Config config;
    config.endpoint = "tcp://127.0.0.1:0";
    config.endpoint_certificate = folder / "endpoint.pem";
    config.endpoint_key = folder / "endpoint.key";
    config.roster = folder / "roster";
    config.directory = folder / "broker";
    return config;
  }
  MasterConfig master(const std::string& endpoint) const {
    MasterConfig config;
    config.endpoint = endpoint;
    config.authorities = folder / "authority.pem";
    config.endpoint_certificate = folder / "endpoint.pem";
    config.key = folder / "m1.key";
    config.catalog_key = folder / "catalog.key";
    config.catalog = catalog_url();
    return config;
  }
  worker::Config worker(const std::string& endpoint) const {
    worker::Config config;
    config.endpoint = endpoint;
    config.authorities = folder / "authority.pem";
    config.endpoint_certificate = folder / "endpoint.pem";
    config.key = folder / "w1.key";
    config.directory = folder / "w1";
    config.without_processes = true;
    return config;
  }

  fs::path folder;
  fabric::KeyPair endpoint_keys = fabric::KeyPair::generate(), master_keys = fabric::KeyPair::generate(),
                  worker_keys = fabric::KeyPair::generate(), catalog_keys = fabric::KeyPair::generate(),
                  operator_keys = fabric::KeyPair::generate();
};

// Lets the client hear until the condition holds.
bool until(broker::Party& client, const std::function<bool()>& condition) {
  fabric::PollSet polls;
  polls.add(*client.socket);
  std::vector<fabric::Readiness> ready;
  const Time end = fabric::read_steady() + seconds(30);
  while (fabric::read_steady() < end) {
    client.receive();
    if (condition()) return true;
    polls.wait(end, ready);
  }
  return false;
}

Submit array(const std::string& key, std::int64_t items) {
  Submit submit;
  submit.key = key;
  submit.watch = true;
  submit.inline_package = Package{.name = "p", .parameters = {}, .tasks = {}, .description = {}};
  Task task;
  task.name = "a";
  task.argv = {"/bin/true", "${{ item }}"};
  task.for_each.source = ItemSource::range;
  task.for_each.range = {1, items, 1};
  submit.inline_package->tasks.push_back(task);
  return submit;
}

bool ended_well(const broker::Party& client, std::uint64_t items) {
  const Changed* changed = client.last<Changed>();
  return changed != nullptr && changed->status == ExecutionStatus::succeeded && changed->counts.succeeded == items;
}

TEST(RunMaster, TakesItsShardRunsWhatIsSubmittedAndLeavesInOrder) {
  Cluster cluster;
  Child broker([&] { return broker::run_broker(cluster.broker()); });
  const std::string ready = broker.line();
  ASSERT_TRUE(ready.starts_with("ready tcp://")) << ready;
  const std::string endpoint = ready.substr(6);
  Child master([&] { return run_master(cluster.master(endpoint)); });
  EXPECT_EQ(master.line(), "ready m1");
  Child worker([&] { return worker::run_worker(cluster.worker(endpoint)); });
  EXPECT_TRUE(worker.line().starts_with("ready "));

  fabric::Context context;
  broker::Party client(context, endpoint, cluster.endpoint_keys.public_key, cluster.operator_keys, Role::operator_, "olga");
  ASSERT_TRUE(until(client, [&] { return client.socket->connected(); }));
  client.say(broker::hello_of(42));
  ASSERT_TRUE(until(client, [&] { return client.last<Welcome>() != nullptr; }));
  const Address to{Role::master, {}, {}};
  const Time start = fabric::read_steady();
  client.say(array("k1", 2000), to);
  ASSERT_TRUE(until(client, [&] { return ended_well(client, 2000) || client.last<Refused>() != nullptr; }));
  ASSERT_EQ(client.last<Refused>(), nullptr) << client.last<Refused>()->text;
  std::printf("2000 items without work: %lld ms from submit to ended\n", static_cast<long long>((fabric::read_steady() - start).us / 1000));

  // A key that is known gets its execution again, from the catalog: it has ended.
  client.heard.clear();
  client.say(array("k1", 2000), to);
  ASSERT_TRUE(until(client, [&] { return client.last<Accepted>() != nullptr && ended_well(client, 2000); }));
  EXPECT_TRUE(client.last<Accepted>()->repeated);

  EXPECT_EQ(worker.stop(), 0);
  EXPECT_EQ(master.stop(), 0);
  EXPECT_EQ(broker.stop(), 0);
}

TEST(RunMaster, DoesNotStartWithAnotherNumberOfShards) {
  Cluster cluster;
  auto opened = catalog::Catalog::open(cluster.catalog_url());
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE(catalog::settle_shards(**opened, {"m2", {5}, {"h", "m", "b"}, "1.0", {}, fabric::read_wall()}, 2).ok());
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_master(cluster.master("tcp://127.0.0.1:9")), 1);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("share 2 shards, this one's configuration says 1"), std::string::npos) << said;
}

}  // namespace
}  // namespace argosy::master
