// Several brokers, each a process of its own on loopback: killed, stopped, cut off from each other, switched.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/check.h"
#include "broker/ask_broker.h"
#include "broker/loopback.h"
#include "fabric/certificates.h"

namespace argosy::broker {
namespace {

// A port that is bound, so that nobody else gets it; `listens`: it takes connections and never says a word.
struct Port {
  explicit Port(bool listens = false) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    endpoint = "tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    if (listens) CHECK(listen(fd, 64) == 0);
  }
  ~Port() { release(); }
  void release() {
    if (fd >= 0) close(fd);
    fd = -1;
  }

  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string endpoint;
};

struct Process {
  void start(const Config& config) {
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    std::fflush(stdout);  // else the child says again what this test said
    pid = fork();
    if (pid == 0) {
      dup2(ends[1], STDOUT_FILENO);
      _exit(run_broker(config));
    }
    close(ends[1]);
    out = ends[0];
  }
  // The next line on its standard output.
  std::string line() const {
    std::string text;
    for (char c = 0; read(out, &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  bool ended_by(int signal) {
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid);
    pid = -1;
    return WIFSIGNALED(status) ? WTERMSIG(status) == signal : signal == 0 && WEXITSTATUS(status) == 0;
  }
  void end() {
    if (pid > 0) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    pid = -1;
    if (out >= 0) close(out);
    out = -1;
  }
  ~Process() { end(); }

  pid_t pid = -1;
  int out = -1;
};

// b1, b2, …, and parties that say Hello whenever they are connected.
struct Brokers {
  explicit Brokers(int how_many, std::function<void(int, Config&)> adjust = nullptr, std::size_t started = 9) {
    files.write_roster();
    Port endpoint;
    std::vector<std::unique_ptr<Port>> own;
    for (int i = 0; i < how_many; ++i) own.push_back(std::make_unique<Port>());
    const std::string folder = files.config.directory;
    for (int i = 0; i < how_many; ++i) {
      Config config = files.config;
      config.machine.name = "b" + std::to_string(i + 1);
      config.directory = folder + config.machine.name;
      config.endpoint = config.watch = endpoint.endpoint;
      config.peer_listen = own[static_cast<std::size_t>(i)]->endpoint;
      config.machine.heartbeat = milliseconds(100);
      config.log_level = "warn";
      for (int j = 0; j < how_many; ++j) {
        if (j == i) continue;
        const std::string name = "b" + std::to_string(j + 1);
        config.peers.push_back({name, own[static_cast<std::size_t>(j)]->endpoint, folder + name});
        config.machine.peers.push_back(name);
      }
      if (adjust) adjust(i, config);
      configs.push_back(config);
    }
    files.use_endpoint(endpoint.endpoint);
    processes = std::vector<Process>(static_cast<std::size_t>(how_many));
    endpoint.release();
    own.clear();
    for (std::size_t i = 0; i < std::min(started, configs.size()); ++i) start(i);
  }
  void start(std::size_t i) {
    processes[i].start(configs[i]);
    EXPECT_EQ(processes[i].line(), "ready standby " + configs[i].machine.name);
  }

  // Says Hello where that is called for; true once it is welcomed in a higher epoch than it was.
  bool greeted_above(Party& party, std::uint64_t number) {
    for (; events_seen < party.events.size(); ++events_seen) {
      if (party.events[events_seen].kind == fabric::ClientEventKind::connected) party.say(hello_of(1));
    }
    for (; heard_seen < party.heard.size(); ++heard_seen) {
      const Word& word = party.heard[heard_seen].word;
      const auto* refused = std::get_if<Refused>(&word);
      if (refused != nullptr && (refused->reason == Refusal::not_active || refused->reason == Refusal::no_hello)) {
        party.say(hello_of(1));
      }
      const auto* pong = std::get_if<Pong>(&word);
      if (pong != nullptr && pong->nonce == 0) party.say(Ping{1});  // the broker's own: it wants to hear us
      if (std::holds_alternative<Bye>(word)) {
        std::vector<fabric::ClientEvent> changes;
        party.socket->reconnect(fabric::read_steady(), changes);
      }
    }
    return party.epoch.number > number;
  }
  std::size_t active_after(Party& party, std::uint64_t number) {
    EXPECT_TRUE(files.until([&] { return greeted_above(party, number); }));
    return static_cast<std::size_t>(party.epoch.broker.at(1) - '1');
  }
  static std::string trouble_of(const Party& master, const std::string& name) {
    const BrokerView* view = view_of(master, name);
    return view == nullptr ? "no report" : view->trouble;
  }
  // What the last report says of that broker; nullptr: nothing.
  static const BrokerView* view_of(const Party& master, const std::string& name) {
    const auto* report = master.last<BrokerReport>();
    if (report == nullptr) return nullptr;
    const auto found = std::find_if(report->brokers.begin(), report->brokers.end(),
                                    [&](const BrokerView& each) { return each.name == name; });
    return found == report->brokers.end() ? nullptr : &*found;
  }
  bool all_heard(const Party& master) const {
    return std::all_of(configs.begin(), configs.end(), [&](const Config& each) {
      const BrokerView* view = view_of(master, each.machine.name);
      return view != nullptr && !view->fingerprint.empty() && view->heard_ago < milliseconds(200);
    });
  }

  Loopback files;
  const fabric::KeyPair master_keys = files.enroll(Role::master, "m1");
  const fabric::KeyPair operator_keys = files.enroll(Role::operator_, "op");
  std::vector<Config> configs;
  std::vector<Process> processes;
  std::size_t events_seen = 0;
  std::size_t heard_seen = 0;
};

TEST(Standby, TakesOverWhenTheActiveIsKilledAgainAndAgain) {
  Brokers brokers(2);
  Party& master = brokers.files.connect(Role::master, "m1", brokers.master_keys);
  std::vector<double> took;
  std::size_t active = brokers.active_after(master, 0);
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(brokers.files.until([&] { return brokers.greeted_above(master, 0) && brokers.all_heard(master); }));
    const std::uint64_t before = master.epoch.number;
    const Time killed = fabric::read_steady();
    kill(brokers.processes[active].pid, SIGKILL);
    const std::size_t next = brokers.active_after(master, before);
    took.push_back(static_cast<double>((fabric::read_steady() - killed).us) / 1000);
    EXPECT_NE(next, active);
    brokers.processes[active].end();
    brokers.start(active);
    active = next;
  }
  std::sort(took.begin(), took.end());
  std::printf("killed to welcomed: median %.1f ms, worst %.1f ms\n", took[took.size() / 2], took.back());
}

TEST(Standby, FencesAnActiveThatIsStopped) {
  Brokers brokers(2);
  Party& master = brokers.files.connect(Role::master, "m1", brokers.master_keys);
  const std::size_t active = brokers.active_after(master, 0);
  ASSERT_TRUE(brokers.files.until([&] { return brokers.all_heard(master); }));
  const std::uint64_t before = master.epoch.number;
  const Time stopped = fabric::read_steady();
  kill(brokers.processes[active].pid, SIGSTOP);
  EXPECT_NE(brokers.active_after(master, before), active);
  std::printf("stopped to welcomed: %.1f ms\n", static_cast<double>((fabric::read_steady() - stopped).us) / 1000);
  EXPECT_TRUE(brokers.processes[active].ended_by(SIGKILL));
}

TEST(Standby, SwitchesOverAndBack) {
  Brokers brokers(3);
  Party& op = brokers.files.connect(Role::operator_, "op", brokers.operator_keys);
  Party& master = brokers.files.connect(Role::master, "m1", brokers.master_keys);
  const std::size_t active = brokers.active_after(op, 0);
  const std::string first = brokers.configs[active].machine.name;
  for (const std::string to : {"b3", "b2", "b1", "b3"}) {
    if (op.epoch.broker == to) continue;
    const Time asked = fabric::read_steady();
    const std::uint64_t before = op.epoch.number;
    Time said{};
    ASSERT_TRUE(brokers.files.until([&] {
      if (brokers.greeted_above(op, before)) return true;
      // The successor may still be new to the active: asked again until it goes.
      if (said + milliseconds(100) <= fabric::read_steady() && op.say(Switchover{to})) said = fabric::read_steady();
      return false;
    }));
    EXPECT_EQ(op.epoch.broker, to);
    std::printf("switchover to %s: %.1f ms\n", to.c_str(), static_cast<double>((fabric::read_steady() - asked).us) / 1000);
  }
  ASSERT_TRUE(op.say(Switchover{"b9"}));
  ASSERT_TRUE(brokers.files.until([&] { return op.refused(Refusal::not_found); }));
  EXPECT_EQ(master.last<Welcome>(), nullptr);  // it never said Hello
  // An orderly stop hands over too.
  kill(brokers.processes[2].pid, SIGTERM);
  brokers.active_after(op, op.epoch.number);
  EXPECT_NE(op.epoch.broker, "b3");
  EXPECT_TRUE(brokers.processes[2].ended_by(0));
}

TEST(Standby, OnlyAlarmsWhenTheLinkIsCut) {
  Port mute(true);  // what the two say to each other is heard by nobody
  std::string alarms;
  const auto cut = [&](int i, Config& config) {
    alarms = config.roster + ".alarms";
    config.peers[0].endpoint = mute.endpoint;
    if (i == 1) {
      config.on_alarm.command = {"sh", "-c", "echo \"$ARGOSY_BROKER: $ARGOSY_PEER: $ARGOSY_ALARM\" >> " + alarms};
    }
  };
  Brokers brokers(2, cut, 1);
  Party& master = brokers.files.connect(Role::master, "m1", brokers.master_keys);
  EXPECT_EQ(brokers.active_after(master, 0), 0u);
  const std::uint64_t epoch = master.epoch.number;
  brokers.start(1);
  ASSERT_TRUE(brokers.files.until([&] {
    brokers.greeted_above(master, epoch);
    return Brokers::trouble_of(master, "b2") == "its own address is silent, but it is heard at the endpoint; "
                                                "b1: its own address is silent, but the endpoint answers";
  })) << Brokers::trouble_of(master, "b2");
  EXPECT_EQ(master.epoch.number, epoch);
  // Then the active dies: its own address is mute, the endpoint refuses, and it is fenced by its folder.
  kill(brokers.processes[0].pid, SIGKILL);
  EXPECT_EQ(brokers.active_after(master, epoch), 1u);
  std::stringstream told;
  told << std::ifstream(alarms).rdbuf();
  EXPECT_NE(told.str().find("b2: b1: its own address is silent, but the endpoint answers\n"), std::string::npos)
      << told.str();
}

TEST(Standby, RunsItsHooksAndStandsByAgainWhenOneFails) {
  std::string log;
  Brokers brokers(2, [&](int i, Config& config) {
    log = config.roster + ".hooks";
    const std::string note = "echo $ARGOSY_BROKER $ARGOSY_EPOCH $ARGOSY_ENDPOINT >> " + log + ".";
    config.on_activate.command = {"sh", "-c", note + "on_activate; test $ARGOSY_BROKER = b2"};
    config.on_deactivate.command = {"sh", "-c", note + "on_deactivate"};
    config.fence.command = {"sh", "-c", "echo $ARGOSY_PEER >> " + log + ".fence"};
    (void)i;
  });
  Party& master = brokers.files.connect(Role::master, "m1", brokers.master_keys);
  EXPECT_EQ(brokers.active_after(master, 0), 1u);  // b1 cannot
  std::stringstream told;
  told << std::ifstream(log + ".on_activate").rdbuf();
  EXPECT_NE(told.str().find("b1 1 " + brokers.configs[0].endpoint + "\n"), std::string::npos) << told.str();
  EXPECT_NE(told.str().find("b2 "), std::string::npos);
  std::stringstream undone;
  undone << std::ifstream(log + ".on_deactivate").rdbuf();
  EXPECT_NE(undone.str().find("b1 1 "), std::string::npos) << undone.str();
  ASSERT_TRUE(brokers.files.until([&] {
    brokers.greeted_above(master, 0);
    return Brokers::trouble_of(master, "b1").find("on_activate: exit status 1") != std::string::npos;
  })) << Brokers::trouble_of(master, "b1");
}

TEST(Standby, KnowsTheFleetBeforeItTakesOver) {
  Brokers brokers(2);
  Party& master = brokers.files.connect(Role::master, "m1", brokers.master_keys);
  const std::size_t active = brokers.active_after(master, 0);
  Roster roster;
  roster.serial = 7;
  roster.entries.push_back({fabric::KeyPair::generate().public_key.hex(), "w1", Role::worker, RosterState::enabled, {}});
  ASSERT_TRUE(master.say(roster));
  const std::filesystem::path kept = std::filesystem::path(brokers.configs[1 - active].directory) / "roster";
  EXPECT_TRUE(brokers.files.until([&] { return brokers.greeted_above(master, 0) && std::filesystem::exists(kept); }));
}

TEST(Standby, TellsWhoItIsToWhoHoldsTheKey) {
  Brokers brokers(2);
  const auto keys = fabric::load_key_pair(brokers.configs[0].endpoint_key);
  ASSERT_TRUE(keys.ok());
  for (const Config& each : brokers.configs) {
    const auto answer = ask_broker(each.peer_listen, *keys, seconds(30));
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->beat.broker, each.machine.name);
    EXPECT_EQ(answer->beat.fingerprint.size(), 64u);
  }
  const auto other = ask_broker(brokers.configs[0].peer_listen, fabric::KeyPair::generate(), seconds(30));
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message.find("another endpoint key"), std::string::npos) << other.error().message;
}

TEST(Standby, RefusesToStartWithAnotherCertificate) {
  Loopback files;
  files.write_roster();
  Config config = files.config;
  config.fingerprint = std::string(64, 'a');
  const auto opened = Shell::open(config);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find(config.fingerprint), std::string::npos);
  const auto certificates = fabric::Certificate::load(config.endpoint_certificate);
  EXPECT_NE(opened.error().message.find(certificates->front().facts().fingerprint), std::string::npos);
  config.fingerprint = certificates->front().facts().fingerprint;
  EXPECT_TRUE(Shell::open(config).ok());
}

TEST(Standby, RefusesToStartWithAnotherKey) {
  Loopback files;
  files.write_roster();
  Config config = files.config;
  const fabric::KeyPair other = fabric::KeyPair::generate();
  config.endpoint_key += ".other";
  ASSERT_TRUE(fabric::save_key_pair(config.endpoint_key, other).ok());
  const auto opened = Shell::open(config);
  ASSERT_FALSE(opened.ok());
  const auto certificates = fabric::Certificate::load(config.endpoint_certificate);
  for (const fabric::PublicKey& key : {other.public_key, *certificates->front().facts().key}) {
    EXPECT_NE(opened.error().message.find(key.fingerprint()), std::string::npos) << opened.error().message;
  }
}

}  // namespace
}  // namespace argosy::broker
