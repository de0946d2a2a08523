#include "worker/shell.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <utility>

#include "base/text.h"
#include "base/version.h"
#include "fabric/clock.h"
#include "fabric/host_facts.h"
#include "fabric/poll.h"
#include "fabric/sealing.h"
#include "fabric/signals.h"
#include "worker/folder.h"
#include "worker/link.h"
#include "worker/machine.h"
#include "worker/orphans.h"
#include "worker/tasks.h"

namespace argosy::worker {
namespace {

constexpr std::size_t kTextShown = 500;  // of what a peer said, in the log
constexpr Duration kSweepBound = seconds(30);
constexpr std::size_t kLogWordBytes = 1u << 20;  // chunks are put together up to about this size

class Shell {
 public:
  Shell(const Config& config, Folder folder) : config_(config), folder_(std::move(folder)), signals_({SIGTERM, SIGINT}) {}

  Status open();
  int run();
  bool begins_anew() const { return anew_.has_value(); }

 private:
  Status open_link(const fabric::KeyPair& keys);
  Status open_tasks(const fabric::KeyPair& keys);
  void open_machine(const fabric::HostFacts& facts, SessionId session);
  void take_link_events();
  void tell_link(const std::vector<fabric::ClientEvent>& news);
  void take_contents();
  void take_signals();
  void leave();
  void feed(const Event& event) { machine_->step(now_, event, effects_); }
  void feed_all(std::vector<Event>& events);
  void settle();
  void honour(Effects& effects);
  void honour_content(Effects& effects);
  void send_logs(const std::vector<SendLog>& logs);
  void send(const Address& to, ShardTerm reign, const Word& word);
  std::optional<Time> next_deadline() const;
  int leave_behind(std::uint64_t incarnation);

  Config config_;
  Folder folder_;
  fabric::Signals signals_;
  fabric::Context context_;
  fabric::PollSet poll_;
  std::optional<Link> link_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<ContentCache> contents_;
  std::unique_ptr<Tasks> tasks_;
  std::unique_ptr<Machine> machine_;
  fabric::Token link_token_ = 0, signal_token_ = 0, content_token_ = 0;
  SessionId session_;
  Epoch remembered_;
  Now now_;
  Effects effects_;
  bool told_ready_ = false;
  bool over_ = false;
  std::optional<std::uint64_t> anew_;  // the restored catalog for which all begins anew
  std::optional<Time> leave_by_;
};

// -- Opening.

Status Shell::open() {
  const auto facts = fabric::read_host_facts();
  if (config_.cpu_milli == 0) config_.cpu_milli = facts.cpu_milli;
  if (config_.memory_bytes == 0) config_.memory_bytes = facts.memory_bytes;
  auto keys = fabric::load_key_pair(config_.key);
  if (!keys) return keys.error();

  // Nothing that an earlier session started may still run when this one says Hello.
  const auto sweep = keeper::sweep_earlier_sessions(folder_.token(), kSweepBound);
  for (const auto& killed : sweep.killed) spdlog::warn("killed {} ({}), left by an earlier session", killed.pid, killed.command);
  if (!sweep.all_gone) return Error{"processes of an earlier session of this worker cannot be killed"};
  if (auto cleared = folder_.clear_attempts(); !cleared) return cleared;

  session_ = fabric::random_session_id();
  auto spool = Spool::open(folder_.at("spool"), config_.spool_bytes);
  if (!spool) return spool.error();
  spool_ = std::move(*spool);
  auto contents = ContentCache::open(folder_.at("content"), config_.content_bytes);
  if (!contents) return contents.error();
  contents_ = std::move(*contents);
  if (auto opened = open_link(*keys); !opened) return opened;
  if (auto opened = open_tasks(*keys); !opened) return opened;
  open_machine(facts, session_);
  remembered_ = folder_.highest_epoch();
  if (auto remembered = folder_.remember(session_, remembered_); !remembered) return remembered;
  link_token_ = poll_.add(link_->socket());
  signal_token_ = poll_.add(signals_.fd());
  content_token_ = poll_.add(contents_->wakeup_fd());
  return Done{};
}

Status Shell::open_link(const fabric::KeyPair& keys) {
  fabric::ClientOptions options;
  options.keys = keys;
  options.max_message_bytes = limits::kMessageBytes;
  options.send_queue_messages = 100000;     // bounded by the protocol's windows, in bytes
  options.receive_queue_messages = 100000;
  fabric::ClusterPlace place{config_.endpoint, config_.authorities, config_.endpoint_certificate, folder_.at("endpoint.moved")};
  auto link = Link::open(context_, std::move(place), std::move(options), folder_.highest_epoch());
  if (!link) return link.error();
  link_.emplace(std::move(*link));
  return Done{};
}

Status Shell::open_tasks(const fabric::KeyPair& keys) {
  LaunchContext context{{folder_.at("work"), folder_.at("outputs"), folder_.at("secrets")}, keys, config_.run_as};
  keeper::KeeperLaunch how{{}, folder_.token(), folder_.at("trash").string()};
  tasks_ = std::make_unique<Tasks>(std::move(context), std::move(how), *spool_, *contents_, poll_, session_,
                                   config_.without_processes);
  return tasks_->launch_keeper();
}

void Shell::open_machine(const fabric::HostFacts& facts, SessionId session) {
  Limits limits;
  limits.capacity.cpu_milli = static_cast<std::uint32_t>(config_.cpu_milli);
  limits.capacity.memory_bytes = config_.memory_bytes;
  limits.capacity.tags = config_.tags;
  limits.prefetch_most = config_.prefetch_most;
  limits.prefetch_horizon = config_.prefetch_horizon;
  Identity identity{session, folder_.predecessor(), {facts.name, facts.machine_id, facts.boot_id}, std::string(version()),
                    folder_.incarnation()};
  machine_ = std::make_unique<Machine>(limits, identity, folder_.highest_epoch(), spool_->take_left_over());
}

// -- The loop.

int Shell::run() {
  std::vector<fabric::Readiness> ready;
  std::vector<Event> events;
  while (!over_) {
    poll_.wait(next_deadline(), ready);
    now_ = fabric::read_clock();
    for (const auto& readiness : ready) {
      if (readiness.token == link_token_) take_link_events();
      else if (readiness.token == content_token_) take_contents();
      else if (readiness.token == signal_token_) take_signals();
      else tasks_->ready(readiness, now_, events);
    }
    tasks_->tend(now_, events);
    if (tasks_->trouble() && !leave_by_) {
      spdlog::error("stopping, since tasks cannot be started any more: {}", tasks_->trouble()->message);
      leave();
    }
    feed_all(events);
    if (const auto due = machine_->deadline(); due && now_.steady >= *due) feed(Tick{});
    settle();
    if (leave_by_ && now_.steady >= *leave_by_) over_ = true;
  }
  const bool clean = tasks_->stop_keeper(kSweepBound);
  spool_->flush();
  spdlog::info("stopped{}", clean ? "" : ": some process outlived its keeper");
  if (anew_) return leave_behind(*anew_);
  return tasks_->trouble() ? 1 : 0;
}

// In this order: dying in between, the next session finds no spool of the former catalog under the name of the new one.
int Shell::leave_behind(std::uint64_t incarnation) {
  const auto aside = folder_.set_spool_aside();
  Status kept = aside ? folder_.remember_incarnation(incarnation) : Status(aside.error());
  if (!kept) {
    anew_.reset();
    spdlog::error("{}", kept.error().message);
    return 1;
  }
  spdlog::warn("the catalog was restored: all that its former self gave was killed, and what was not recorded stands in {}",
               aside->string());
  return 0;
}

void Shell::feed_all(std::vector<Event>& events) {
  for (const auto& event : events) feed(event);
  events.clear();
}

std::optional<Time> Shell::next_deadline() const {
  std::optional<Time> next = machine_->deadline();
  for (const auto& other : {tasks_->deadline(), leave_by_}) {
    if (other) next = next ? std::min(*next, *other) : *other;
  }
  return next;
}

void Shell::take_link_events() {
  std::vector<fabric::ClientEvent> news;
  link_->socket().take_events(now_.steady, news);
  for (const auto& note : link_->socket().take_notes()) spdlog::warn("{}", note);
  tell_link(news);
  Message message;
  while (link_->receive(message)) {
    if (const auto* refused = std::get_if<Refused>(&message.word)) spdlog::warn("refused: {}", printable(refused->text, kTextShown));
    feed(Heard{std::move(message)});
  }
  if (link_->epoch() > remembered_ && folder_.remember(session_, link_->epoch()).ok()) remembered_ = link_->epoch();
}

void Shell::tell_link(const std::vector<fabric::ClientEvent>& news) {
  for (const auto& event : news) {
    switch (event.kind) {
      case fabric::ClientEventKind::connected: feed(LinkUp{}); break;
      case fabric::ClientEventKind::disconnected: feed(LinkDown{}); break;
      case fabric::ClientEventKind::handshake_refused:
        spdlog::warn("{}: handshake refused: {}", link_->socket().endpoint(), fabric::to_text(event.refusal));
        break;
      case fabric::ClientEventKind::unreachable: spdlog::warn("{}: nobody listens there", link_->socket().endpoint()); break;
    }
  }
}

void Shell::take_contents() {
  for (const auto& outcome : contents_->take_results()) {
    if (outcome.ok) feed(ContentReady{outcome.digest});
    else feed(ContentFailed{outcome.digest, outcome.why});
  }
}

// The second signal does not wait for anything.
void Shell::take_signals() {
  for ([[maybe_unused]] const int signal : signals_.take()) {
    if (leave_by_) leave_by_ = now_.steady;
    else {
      spdlog::info("stopping");
      leave();
    }
  }
}

void Shell::leave() {
  leave_by_ = now_.steady + config_.stop_within;
  feed(Shutdown{});
}

// -- Debts.

// Until the machine owes nothing: what is spooled is told back to it, and lets it owe more.
void Shell::settle() {
  for (;;) {
    machine_->settle(now_, effects_);
    Effects effects = std::move(effects_);
    effects_ = Effects();
    honour(effects);
    for (const auto& end : effects.spool_ends) feed(EndSpooled{end.end.attempt});
    if (effects.spool_ends.empty() && effects.starts.empty() && effects.want_content.empty()) break;
  }
  tasks_->flush();
}

void Shell::honour(Effects& effects) {
  if (effects.incarnation && !folder_.remember_incarnation(*effects.incarnation)) spdlog::error("the catalog's incarnation cannot be kept on disk");
  if (effects.anew) anew_ = effects.anew;
  for (const auto& end : effects.spool_ends) spool_->add_end(end);
  // What was reached is on disk before anybody is told.
  const bool tells = !effects.says.empty() || !effects.send_logs.empty();
  if (tells && !spool_->flush()) spdlog::error("{}", spool_->last_error());
  for (const auto& lease : effects.extends) tasks_->extend(lease);
  std::vector<Event> events;
  for (const auto& stop : effects.stops) tasks_->stop(now_, stop, events);
  for (const auto& recall : effects.recalls) tasks_->recall(recall, events);
  honour_content(effects);
  for (const auto& start : effects.starts) tasks_->start(now_, start, events);
  send_logs(effects.send_logs);
  for (const auto& say : effects.says) send(say.to, say.reign, say.word);
  for (const auto& ref : effects.forget) spool_->forget(ref);
  for (const auto& logs : effects.forget_logs) spool_->forget_logs(logs.attempt, logs.offset);
  if (effects.move) link_->socket().move({effects.move->serial, effects.move->endpoint, effects.move->certificates, false}, now_.steady);
  if (effects.reconnect) {
    std::vector<fabric::ClientEvent> news;
    link_->socket().reconnect(now_.steady, news);
    tell_link(news);
  }
  if (effects.left || effects.anew) over_ = true;
  feed_all(events);
  if (!told_ready_ && std::holds_alternative<Welcomed>(machine_->state().link)) {
    told_ready_ = true;
    fabric::tell_ready("ready " + link_->socket().endpoint());
  }
}

void Shell::honour_content(Effects& effects) {
  for (const auto& digest : effects.want_content) {
    if (contents_->has(digest)) feed(ContentReady{digest});
    else feed(ContentMissing{digest});
  }
  for (const auto& piece : effects.store_content) contents_->store(piece);
}

// Chunks of one session and reign share a word, in their order.
void Shell::send_logs(const std::vector<SendLog>& logs) {
  Log word;
  ShardTerm reign;
  std::size_t bytes = 0;
  const auto flush = [&] {
    if (!word.chunks.empty()) send({Role::master, {}, {}}, reign, word);
    word.chunks.clear();
    bytes = 0;
  };
  for (const auto& log : logs) {
    if (log.reign != reign || log.session != word.session || bytes >= kLogWordBytes) flush();
    reign = log.reign;
    word.session = log.session;
    auto chunk = spool_->read_log(log.attempt, log.offset);
    if (!chunk) {
      spdlog::error("{}", chunk.error().message);
      continue;
    }
    bytes += chunk->data.size();
    word.chunks.push_back(std::move(*chunk));
  }
  flush();
}

void Shell::send(const Address& to, ShardTerm reign, const Word& word) {
  if (link_->send(to, reign, word)) return;
  if (link_->socket().connected()) effects_.reconnect = true;  // its queue is full: all that counts is said again
}

// One that was killed while its disk was full: what it has to tell is in its spool. No signal is blocked yet.
void wait_for_room(const std::string& directory) {
  fabric::PollSet nothing;  // tells of room
  std::vector<fabric::Readiness> ready;
  for (bool told = false; !Folder::has_room(directory); nothing.wait(fabric::read_clock().steady + seconds(1), ready)) {
    if (!std::exchange(told, true)) spdlog::warn("{}: its disk is full; the worker starts as soon as there is room", directory);
  }
}

}  // namespace

int run_worker(const Config& config) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("worker"));  // stdout is for the readiness line
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  while (true) {
    wait_for_room(config.directory);
    auto folder = Folder::open(config.directory);
    if (!folder) {
      std::fprintf(stderr, "argosy worker: %s\n", folder.error().message.c_str());
      return 1;
    }
    Shell shell(config, std::move(*folder));
    if (auto opened = shell.open(); !opened) {
      std::fprintf(stderr, "argosy worker: %s\n", opened.error().message.c_str());
      return 1;
    }
    const int status = shell.run();
    if (!shell.begins_anew()) return status;
  }
}

}  // namespace argosy::worker
