#include "client/up.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>

#include "base/counted.h"
#include "client/check_plan.h"
#include "client/check_roster.h"
#include "client/children.h"
#include "client/cluster_init.h"
#include "client/crew.h"
#include "client/numbers.h"

namespace argosy::client {
namespace {

constexpr Duration kStopWorkers = seconds(60);
constexpr Duration kStopOthers = seconds(15);

int open_lock(const std::filesystem::path& file, int flags) { return ::open(file.c_str(), O_RDWR | flags, 0600); }

void wait_for_lock(int fd) {
  while (::flock(fd, LOCK_EX) != 0 && errno == EINTR) {
  }
}

// Two locks: the folder's belongs to `up` itself, and its file names the process. The other is inherited by all that it
// starts: after a kill -9 the next `up` waits there until the last of them is gone, and so finds the port free and the
// workers' folders unlocked.
class FolderLock {
 public:
  static Result<FolderLock> take(const Layout& layout) {
    const auto folder = layout.lock().parent_path();
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return Error{folder.string() + ": cannot be made: " + error.message()};
    FolderLock out(open_lock(layout.lock(), O_CREAT | O_CLOEXEC), open_lock(layout.family_lock(), O_CREAT));
    if (out.fd_ < 0 || out.family_ < 0) return Error{layout.lock().string() + ": cannot be opened: " + std::strerror(errno)};
    if (::flock(out.fd_, LOCK_EX | LOCK_NB) != 0) {
      return Error{layout.root.string() + " is up already (process " + holder(layout) + ", lock " + layout.lock().string() +
                   "); stop it with `argosy down --dir " + layout.root.string() + "`"};
    }
    wait_for_lock(out.family_);
    return out;
  }
  FolderLock(FolderLock&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), family_(std::exchange(other.family_, -1)) {}
  ~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
    if (family_ >= 0) ::close(family_);
  }
  FolderLock(const FolderLock&) = delete;

  // A lock belongs to the open file: it stays with the child that `--background` forks.
  void sign() {
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, text.data(), text.size(), 0) < 0) {
      std::cerr << "argosy: the lock file cannot be written; `argosy down` will not find this process\n";
    }
  }

  static std::string holder(const Layout& layout) {
    std::ifstream in(layout.lock());
    std::string pid;
    std::getline(in, pid);
    return pid.empty() ? "?" : pid;
  }

 private:
  FolderLock(int fd, int family) : fd_(fd), family_(family) {}
  int fd_;
  int family_;
};

// A port of 127.0.0.1 that can be listened at; 0 asks for any.
Result<int> free_port(int wanted) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;  // as the broker does: connections that have just ended are in nobody's way
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(wanted));
  socklen_t length = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 1) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  const std::string why = bound ? "" : std::strerror(errno);
  if (fd >= 0) ::close(fd);
  if (bound) return ntohs(address.sin_port);
  return Error{"nobody can listen at 127.0.0.1:" + std::to_string(wanted) + ": " + why + "; choose another port with --port (0: any free one)"};
}

Result<std::string> endpoint_for(std::optional<int> port) {
  const std::string usual = ClusterPlan().endpoint;
  const auto own = free_port(port ? *port : std::stoi(usual.substr(usual.rfind(':') + 1)));
  if (!own) return own.error();
  return "tcp://127.0.0.1:" + std::to_string(*own);
}

Outcome<Done> make_folder(const Layout& layout, const UpPlan& plan, const std::string& endpoint) {
  ClusterPlan cluster;
  cluster.folder = layout.root;
  cluster.endpoint = endpoint;
  cluster.catalog = plan.catalog;
  cluster.migrate = true;
  if (plan.size.workers > 0) cluster.workers = plan.size.workers;
  if (auto good = check_plan(cluster); !good) return trouble(good.error(), Exit::usage);
  if (auto made = init_cluster(cluster); !made) return trouble(made.error());
  return Done{};
}

// What a folder that is there already does not change.
Outcome<Done> fits_folder(const Layout& layout, const UpPlan& plan) {
  const auto cluster = load_cluster_file(layout.cluster());
  if (!cluster) return trouble(cluster.error(), Exit::usage);
  if (plan.port && *plan.port != 0 && !cluster->endpoint.ends_with(":" + std::to_string(*plan.port))) {
    return usage(layout.cluster().string() + ": this cluster's endpoint is " + cluster->endpoint +
                 "; leave --port out, or change it there and in the roles' files");
  }
  if (plan.catalog.empty()) return Done{};
  return usage("--catalog is for a new folder; this one's catalog stands in " + layout.role_settings("master").string());
}

std::filesystem::path enrolled_marker(const Layout& layout, const std::string& worker) {
  return layout.worker_state(worker) / "enrolled";
}

// Makes the folder where it is new, and what it lacks for so many of each role. `as`: another key than cluster.toml names.
Outcome<Crew> prepare(const Layout& layout, const UpPlan& plan, const std::string& as, const std::optional<std::string>& new_endpoint) {
  if (auto ready = new_endpoint ? make_folder(layout, plan, *new_endpoint) : fits_folder(layout, plan); !ready) return ready.error();
  const auto cluster = load_cluster_file(layout.cluster());
  if (!cluster) return trouble(cluster.error(), Exit::usage);
  auto crew = muster(layout, plan.size, cluster->endpoint);
  if (!crew) return trouble(crew.error(), Exit::usage);
  const bool all_enrolled = std::all_of(crew->workers.begin(), crew->workers.end(),
                                        [&](const auto& name) { return std::filesystem::exists(enrolled_marker(layout, name)); });
  const auto operator_key = all_enrolled ? "" : as.empty() ? layout.root / cluster->key : std::filesystem::path(as);
  if (auto good = check_roster(layout, *crew, operator_key); !good) return trouble(good.error(), Exit::usage);
  return std::move(*crew);
}

// The first broker and the first master bear their role's name.
ChildSpec child(const Layout& layout, const std::string& role, const std::string& name) {
  std::vector<std::string> arguments{role, "start", "--dir", layout.root.string()};
  if (name != role) arguments.insert(arguments.end(), {"--name", name});
  return {name, arguments, layout.log(name)};
}

// Our own workers are added and enabled once; what an operator decides later stands.
Outcome<Done> enrol(Cli& cli, const Layout& layout, const std::vector<std::string>& workers) {
  for (const auto& name : workers) {
    const auto marker = enrolled_marker(layout, name);
    if (std::filesystem::exists(marker)) continue;
    const auto key = init_worker(layout, name, "", 0);
    if (!key) return trouble(key.error());
    for (const auto& [verb, arguments] :
         {std::pair<std::string, nlohmann::json>{"worker.add", {{"worker", name}, {"key", *key}}},
          std::pair<std::string, nlohmann::json>{"worker.enable", {{"worker", name}}}}) {
      const auto answer = cli.ask(verb, arguments);
      if (!answer) return Trouble{answer.error().exit, name + " cannot be enrolled: " + answer.error().message};
    }
    std::error_code ignored;
    std::filesystem::create_directories(marker.parent_path(), ignored);
    std::ofstream(marker) << "added and enabled by argosy up\n";
  }
  return Done{};
}

// Of our workers, those that an operator keeps from taking part, with their state. Where nobody can tell, all take part.
using Standings = std::map<std::string, std::string>;

Standings kept_out(Cli& cli, const std::vector<std::string>& workers) {
  Standings out;
  const auto rows = cli.ask_all("worker.list", nlohmann::json::object(), 0);
  if (!rows) return out;
  for (const auto& name : workers) out[name] = "removed";  // who is not on the list
  for (const auto& row : *rows) {
    const auto found = out.find(row.value("worker", ""));
    if (found != out.end()) found->second = row.value("state", "");
  }
  std::erase_if(out, [](const auto& one) { return one.second == "enabled"; });
  return out;
}

std::string told(const std::string& worker, const std::string& state) {
  if (state == "removed") return worker + " was removed, and is not started; `argosy worker add " + worker + " --here` takes it back";
  if (state == "draining") return worker + " is draining; `argosy worker enable " + worker + "` ends that";
  return worker + " is not enabled: `argosy worker enable " + worker + "`";
}

// A worker that is disabled is not let in: it is there, for when it is enabled.
Outcome<Standings> start_workers(Cli& cli, const Layout& layout, Crew& crew, Children& children) {
  if (auto enrolled = enrol(cli, layout, crew.workers); !enrolled) return enrolled.error();
  auto out = kept_out(cli, crew.workers);
  std::erase_if(crew.workers, [&](const auto& name) { return out.contains(name) && out[name] == "removed"; });
  for (const auto& name : crew.workers) {
    const bool let_in = !out.contains(name) || out[name] == "draining";
    const auto spec = child(layout, "worker", name);
    if (auto started = let_in ? children.start(spec) : children.start_unheard(spec); !started) return started.error();
  }
  return out;
}

// The workers that take no part; those that were removed are no longer of the crew.
Outcome<Standings> start_all(Cli& cli, const Layout& layout, Crew& crew, Children& children) {
  for (const auto& [role, names] : {std::pair{"broker", crew.brokers}, std::pair{"master", crew.masters}}) {
    for (const auto& name : names) {
      if (auto started = children.start(child(layout, role, name)); !started) return started.error();
    }
  }
  return start_workers(cli, layout, crew, children);
}

void stop_all(const Crew& crew, Children& children) {
  children.stop(crew.workers, kStopWorkers);
  children.stop(crew.masters, kStopOthers);
  children.stop(crew.brokers, kStopOthers);
}

// "2 brokers, 2 masters, 1 worker"; of what there always is one, only more are told.
std::string told(const Crew& crew) {
  std::string out;
  if (crew.brokers.size() > 1) out += counted(crew.brokers.size(), "broker") + ", ";
  if (crew.masters.size() > 1) out += counted(crew.masters.size(), "master") + ", ";
  return out + counted(crew.workers.size(), "worker");
}

// Runs the cluster; `tell` is called once, with what to print, or the trouble.
int serve(Cli& cli, const Layout& layout, Crew crew, const std::function<void(const std::string&, int)>& tell) {
  std::signal(SIGPIPE, SIG_IGN);  // who waits for the line, or reads the log, may go: the cluster stays
  fabric::Signals signals({SIGINT, SIGTERM, SIGCHLD});
  Children children(signals);
  const auto started = start_all(cli, layout, crew, children);
  if (!started) {
    stop_all(crew, children);
    tell(started.error().message, static_cast<int>(started.error().exit));
    return static_cast<int>(started.error().exit);
  }
  cli.hang_up();
  const auto cluster = load_cluster_file(layout.cluster());
  std::string line = "argosy is up: " + (cluster ? cluster->endpoint : "?") + ", " + told(crew) + ", folder " + layout.root.string();
  for (const auto& [worker, state] : *started) line += "\n" + told(worker, state);
  tell(line, 0);
  children.keep();
  stop_all(crew, children);
  return 0;
}

// The parent of `--background`: prints what the child tells through the pipe.
int await_child(Cli& cli, int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(got));
  const auto blank = text.find(' ');
  if (blank == std::string::npos) return cli.fail({Exit::failed, "argosy ended before it was ready"});
  const int status = std::atoi(text.c_str());
  if (status != 0) return cli.fail({static_cast<Exit>(status), text.substr(blank + 1)});
  cli.output().note(text.substr(blank + 1));
  return 0;
}

int serve_in_background(Cli& cli, const Layout& layout, const Crew& crew, FolderLock& lock) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return cli.fail({Exit::failed, std::string("pipe: ") + std::strerror(errno)});
  const pid_t pid = ::fork();
  if (pid < 0) return cli.fail({Exit::failed, std::string("fork: ") + std::strerror(errno)});
  if (pid > 0) {
    ::close(pipe[1]);
    return await_child(cli, pipe[0]);
  }
  ::close(pipe[0]);
  ::setsid();
  lock.sign();
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const int log = ::open(layout.log("up").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(null, 0);
  ::dup2(log < 0 ? null : log, 1);  // what it waits for goes to who waits with it: the rest of stderr only once that is told
  return serve(cli, layout, crew, [&](const std::string& line, int status) {
    const std::string text = std::to_string(status) + " " + line;
    ::dup2(1, 2);
    if (::write(pipe[1], text.data(), text.size()) < 0) std::cerr << "argosy: nobody hears: " << line << "\n";
    ::close(pipe[1]);
  });
}

}  // namespace

// A folder whose port is another program's could never be up: nothing is made then, not even the lock.
int run_up(Cli& cli, const UpPlan& plan) {
  const Layout layout{cli.dir.empty() && std::getenv("ARGOSY_DIR") == nullptr ? std::filesystem::absolute("argosy")
                                                                              : cli.folder().lexically_normal()};
  cli.dir = layout.root.string();
  std::optional<std::string> new_endpoint;
  if (!std::filesystem::exists(layout.cluster())) {
    const auto endpoint = endpoint_for(plan.port);
    if (!endpoint) return cli.fail({Exit::failed, endpoint.error().message});
    new_endpoint = *endpoint;
  }
  auto lock = FolderLock::take(layout);
  if (!lock) return cli.fail({Exit::failed, lock.error().message});
  const auto crew = prepare(layout, plan, cli.as, new_endpoint);
  if (!crew) return cli.fail(crew.error());
  if (plan.background) return serve_in_background(cli, layout, *crew, *lock);
  lock->sign();
  return serve(cli, layout, *crew, [&](const std::string& line, int status) {
    if (status != 0) {
      cli.fail({static_cast<Exit>(status), line});
    } else {
      std::cout << line << std::endl;
    }
  });
}

int run_down(Cli& cli) {
  const Layout layout{cli.folder()};
  const int fd = open_lock(layout.lock(), O_CLOEXEC);
  const int family = open_lock(layout.family_lock(), O_CLOEXEC);
  if (fd < 0 || family < 0) {
    const std::string why = errno == ENOENT ? " is no folder that was ever up" : std::string(": ") + std::strerror(errno);
    return cli.fail({Exit::failed, layout.root.string() + why});
  }
  const bool was_up = ::flock(fd, LOCK_EX | LOCK_NB) != 0;
  if (was_up) {
    const pid_t pid = std::atoi(FolderLock::holder(layout).c_str());
    if (pid <= 1 || ::kill(pid, SIGTERM) != 0) {
      return cli.fail({Exit::failed, "process " + std::to_string(pid) + " cannot be told to stop: " + std::strerror(errno)});
    }
    wait_for_lock(fd);
  }
  wait_for_lock(family);
  cli.output().note(was_up ? "stopped " + layout.root.string() : layout.root.string() + " is not up");
  return 0;
}

void add_up_verbs(CLI::App& app, Cli& cli) {
  static UpPlan plan;
  CLI::App* up = cli.verb(app, "up", "a whole cluster on this machine, in one folder", [&cli] { return run_up(cli, plan); });
  up->add_option("--brokers", plan.size.brokers, "brokers to start: one serves, the others stand by (1 in a new folder)")
      ->check(whole_number(1, kBrokersMost));
  up->add_option("--masters", plan.size.masters, "masters to start: one works, the others stand by (1 in a new folder)")
      ->check(whole_number(1, kMastersMost));
  up->add_option("--workers", plan.size.workers, "workers to start (2 in a new folder)")->check(whole_number(1, 64));
  up->add_option("--catalog", plan.catalog, "address of a new folder's catalog: sqlite:FILE or postgresql://…");
  up->add_option("--port", plan.port, "port of a new folder's endpoint on 127.0.0.1; 0: any free one (7433)")->check(whole_number(0, 65535));
  up->add_flag("--background", plan.background, "return when all is ready; `argosy down` stops it");
  cli.verb(app, "down", "stops the cluster that `up` runs in this folder, and waits", [&cli] { return run_down(cli); });
}

}  // namespace argosy::client
