#include "master/desk.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "catalog/fleet.h"
#include "catalog/guard.h"
#include "fabric/clock.h"
#include "fabric/wakeup.h"
#include "master/desk_aside.h"
#include "master/desk_json.h"
#include "master/desk_verbs.h"
#include "master/desk_words.h"
#include "schemas/names.h"

namespace argosy::master {
namespace {

constexpr auto kFleetEvery = std::chrono::seconds(2);  // another master may have changed the fleet
constexpr Duration kJobLongest = seconds(60);          // a machine that lost its shard answers never

Ticket* ticket_of(DeskOrder& order) {
  return std::visit([](auto& one) -> Ticket* {
    if constexpr (requires { one.ticket; }) return &one.ticket;
    return nullptr;
  }, order);
}

Ticket ticket_of(const DeskOutcome& outcome) {
  return std::visit([](const auto& one) { return one.ticket; }, outcome);
}

std::string request_of(const Word& word) {
  if (const auto* ask = std::get_if<Ask>(&word)) return ask->request;
  if (const auto* submit = std::get_if<Submit>(&word)) return submit->key;
  if (const auto* deploy = std::get_if<Deploy>(&word)) return deploy->request;
  if (const auto* put = std::get_if<Put>(&word)) return put->digest;
  return {};
}

}  // namespace

struct Desk::State {
  // An Ask that waits for the machine.
  struct Job {
    Address from;
    ShardTerm reign;
    std::string request;
    std::vector<std::optional<DeskOutcome>> outcomes;
    std::size_t left = 0;
    Later later;
    Time since;
  };

  State(DeskOptions o, fabric::Wakeup& w) : options(std::move(o)), wakeup(w) {}

  const DeskOptions options;
  fabric::Wakeup& wakeup;

  std::mutex mutex;  // guards these five
  std::condition_variable ready;
  std::deque<DeskInput> in;
  std::vector<DeskOutput> out;
  bool stop = false;
  bool leaving = false;

  // The thread's own.
  catalog::Guard guard{desk_guard(options.catalog)};
  std::unique_ptr<catalog::Catalog> catalog;
  std::string catalog_trouble = "not opened yet";
  Ticket next_ticket = 1;
  std::uint64_t next_job = 1;
  std::map<std::uint64_t, Job> jobs;
  std::map<Ticket, std::pair<std::uint64_t, std::size_t>> tickets;  // job and its place there
  std::optional<std::uint64_t> fleet_said;
  bool fleet_changed = false;
  WallTime began;
  DeskAside aside{options, [this](const Address& to, ShardTerm reign, Word word) { say(to, reign, std::move(word)); }};

  std::thread thread;

  void run();
  void handle(DeskInput input);
  void on_message(const Message& message);
  void on_ask(const Message& message, const Ask& ask);
  void on_outcome(const DeskOutcome& outcome);
  void settle(Job& job, Verdict verdict);
  void start(Job job, Later later);
  void finish(std::uint64_t number);
  void forget_old_jobs();
  void tell_fleet(bool changed_only);
  void be_seen();
  bool have_catalog();
  Room room(const Address& from, const std::string& request);
  void give(DeskOutput output);
  void say(const Address& to, ShardTerm reign, Word word);
  void refuse(const Message& message, const DeskRefusal& refusal);
};

void Desk::State::give(DeskOutput output) {
  {
    const std::lock_guard lock(mutex);
    out.push_back(std::move(output));
  }
  wakeup.notify();
}

void Desk::State::say(const Address& to, ShardTerm reign, Word word) { give(DeskSay{to, reign, std::move(word)}); }

void Desk::State::refuse(const Message& message, const DeskRefusal& refusal) {
  say(message.envelope.from, message.envelope.reign,
      Refused{message.envelope.word, refusal.reason, refusal.text, request_of(message.word), refusal.shard});
}

Room Desk::State::room(const Address& from, const std::string& request) {
  return {*catalog, options, from, request, fabric::read_wall(), fleet_changed};
}

bool Desk::State::have_catalog() {
  if (catalog) return true;
  catalog::Options how;
  how.line = guard.line();
  auto opened = catalog::Catalog::open(options.catalog, how);
  if (opened) {
    catalog = std::move(*opened);
  } else {
    catalog_trouble = opened.error().message;
  }
  return catalog != nullptr;
}

// A verdict that is final goes to the asker; one that is not becomes orders.
void Desk::State::settle(Job& job, Verdict verdict) {
  if (std::holds_alternative<Later>(verdict)) return start(std::move(job), std::get<Later>(std::move(verdict)));
  say(job.from, job.reign, reply(job.request, verdict));
}

void Desk::State::start(Job job, Later later) {
  const std::uint64_t number = next_job++;
  job.outcomes.assign(later.orders.size(), std::nullopt);
  job.left = later.orders.size();
  job.since = fabric::read_steady();
  std::vector<DeskOrder> orders = std::move(later.orders);
  job.later = std::move(later);
  jobs.emplace(number, std::move(job));
  for (std::size_t i = 0; i < orders.size(); ++i) {
    *ticket_of(orders[i]) = next_ticket;
    tickets[next_ticket++] = {number, i};
    give(Event{std::move(orders[i])});
  }
}

void Desk::State::on_outcome(const DeskOutcome& outcome) {
  const auto found = tickets.find(ticket_of(outcome));
  if (found == tickets.end()) return;
  const auto [number, place] = found->second;
  tickets.erase(found);
  Job& job = jobs.at(number);
  job.outcomes[place] = outcome;
  if (--job.left == 0) finish(number);
}

void Desk::State::finish(std::uint64_t number) {
  Job job = std::move(jobs.at(number));
  jobs.erase(number);
  std::vector<DeskOutcome> outcomes;
  for (auto& one : job.outcomes) {
    if (const auto* refused = std::get_if<OrderRefused>(&*one); refused != nullptr && !job.later.any) {
      settle(job, DeskRefusal{refused->reason, refused->text, refused->shard});
      return;
    }
    outcomes.push_back(std::move(*one));
  }
  if (!have_catalog()) {
    settle(job, DeskRefusal{Refusal::catalog_unavailable, "the catalog is away: " + catalog_trouble});
    return;
  }
  Room at = room(job.from, job.request);
  Verdict verdict = job.later.finish(at, outcomes);
  settle(job, std::move(verdict));
}

void Desk::State::on_ask(const Message& message, const Ask& ask) {
  const Address& from = message.envelope.from;
  const Verb* verb = find_verb(ask.verb);
  if (verb == nullptr) return refuse(message, {Refusal::unknown_word, "this master knows no verb " + ask.verb});
  if (!may_ask(from.role, *verb)) {
    return refuse(message, {Refusal::not_allowed, "a " + std::string(to_string(from.role)) + " may not ask " + ask.verb});
  }
  auto object = nlohmann::json::parse(ask.arguments.empty() ? "{}" : ask.arguments, nullptr, false);
  if (!object.is_object()) return refuse(message, {Refusal::invalid, "arguments must be one JSON object"});
  Arguments arguments(std::move(object));
  if (verb->aside) {
    if (aside.put({from, message.envelope.reign, ask.request, verb, std::move(arguments)})) return;
    return refuse(message, {Refusal::busy, "too many long questions wait at this master's desk"});
  }
  Room at = room(from, ask.request);
  Job job{from, message.envelope.reign, ask.request, {}, 0, {}, {}};
  settle(job, verb->run(at, arguments));
}

void Desk::State::on_message(const Message& message) {
  const Envelope& envelope = message.envelope;
  if (!have_catalog()) return refuse(message, {Refusal::catalog_unavailable, "the catalog is away: " + catalog_trouble});
  if (const auto* ask = std::get_if<Ask>(&message.word)) return on_ask(message, *ask);
  Room at = room(envelope.from, request_of(message.word));
  if (const auto* submit = std::get_if<Submit>(&message.word)) {
    auto result = on_submit(at, *submit);
    if (auto* refusal = std::get_if<DeskRefusal>(&result)) return refuse(message, *refusal);
    if (auto* admit = std::get_if<Admit>(&result)) return give(Event{std::move(*admit)});
    const auto& accepted = std::get<Accepted>(result);
    say(envelope.from, envelope.reign, accepted);
    if (submit->watch) give(Event{WatchRequest{envelope.from, Watch{accepted.key, {accepted.execution}}}});
  } else if (const auto* put = std::get_if<Put>(&message.word)) {
    auto result = on_put(at, *put);
    if (auto* refusal = std::get_if<DeskRefusal>(&result)) return refuse(message, *refusal);
    say(envelope.from, envelope.reign, std::get<Stored>(std::move(result)));
  } else if (const auto* fetch = std::get_if<Fetch>(&message.word)) {
    auto result = on_fetch(at, *fetch);
    if (std::holds_alternative<DeskRefusal>(result)) return;  // the worker asks again
    say(envelope.from, envelope.reign, std::get<Chunk>(std::move(result)));
  } else if (const auto* deploy = std::get_if<Deploy>(&message.word)) {
    Job job{envelope.from, envelope.reign, deploy->request, {}, 0, {}, {}};
    settle(job, deploy_project(at, *deploy));
  }
}

void Desk::State::handle(DeskInput input) {
  if (const auto* message = std::get_if<Message>(&input)) return on_message(*message);
  if (const auto* outcome = std::get_if<DeskOutcome>(&input)) return on_outcome(*outcome);
  const bool here = have_catalog();
  if (const auto* need = std::get_if<NeedValues>(&input)) {
    if (!here) return give(Event{ValuesRead{need->shard, need->execution, need->task, need->from, {}}});
    Room at = room({}, {});
    return give(Event{on_need(at, *need)});
  }
  const auto& lookup = std::get<LookUp>(input);
  std::variant<Changed, DeskRefusal> result = DeskRefusal{Refusal::catalog_unavailable, "the catalog is away: " + catalog_trouble};
  if (here) {
    Room at = room(lookup.client, lookup.request);
    result = on_lookup(at, lookup);
  }
  if (auto* changed = std::get_if<Changed>(&result)) return say(lookup.client, {}, std::move(*changed));
  const auto& refusal = std::get<DeskRefusal>(result);
  say(lookup.client, {}, Refused{Watch::word, refusal.reason, refusal.text, lookup.request, refusal.shard});
}

void Desk::State::forget_old_jobs() {
  const Time now = fabric::read_steady();
  std::erase_if(jobs, [&](const auto& one) { return one.second.since + kJobLongest < now; });
  std::erase_if(tickets, [&](const auto& one) { return !jobs.contains(one.second.first); });
}

void Desk::State::tell_fleet(bool changed_only) {
  if ((changed_only && !fleet_changed) || !have_catalog()) return;
  Room at = room({}, {});
  auto news = read_fleet(at);
  if (!news) return;
  fleet_changed = false;
  if (fleet_said == news->serial) return;
  fleet_said = news->serial;
  give(Event{DeskOrder{std::move(*news)}});
}

// For `master list`, where a master that says nothing any more is seen by the age of its last word.
void Desk::State::be_seen() {
  if (!have_catalog()) return;
  const Self& self = options.self;
  const WallTime now = fabric::read_wall();
  (void)catalog::saw_master(*catalog, {self.name, self.session, self.host, self.build, began, now});
  if (options.shards < 2) return;
  const auto masters = catalog::list_masters(*catalog);
  if (!masters) return;
  MastersNews news;
  for (const auto& one : *masters) {
    if (!is_silent(one, now)) news.alive.push_back(one.master);
  }
  give(Event{DeskOrder{std::move(news)}});
}

void Desk::State::run() {
  began = fabric::read_wall();
  {
    const catalog::Guard::Watched watched(guard);
    tell_fleet(false);
    be_seen();
  }
  auto next_look = std::chrono::steady_clock::now() + kFleetEvery;
  while (true) {
    std::optional<DeskInput> input;
    {
      std::unique_lock lock(mutex);
      ready.wait_until(lock, next_look, [&] { return stop || !in.empty(); });
      if (stop) break;
      if (!in.empty()) {
        input = std::move(in.front());
        in.pop_front();
      }
    }
    bool due = false;
    {
      const catalog::Guard::Watched watched(guard);
      if (input) handle(std::move(*input));
      due = std::chrono::steady_clock::now() >= next_look;
      tell_fleet(!due);
    }
    if (!due) continue;
    forget_old_jobs();
    {
      const catalog::Guard::Watched watched(guard);
      be_seen();
    }
    next_look = std::chrono::steady_clock::now() + kFleetEvery;
  }
  const catalog::Guard::Watched watched(guard);
  if (leaving && catalog) (void)catalog::forget_master(*catalog, options.self.name);
}

Desk::Desk(DeskOptions options, fabric::Wakeup& wakeup) : state_(std::make_unique<State>(std::move(options), wakeup)) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

void Desk::leave() {
  const std::lock_guard lock(state_->mutex);
  state_->leaving = true;
}

Desk::~Desk() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->ready.notify_one();
  state_->thread.join();
}

void Desk::put(DeskInput input) {
  const auto* message = std::get_if<Message>(&input);
  {
    const std::lock_guard lock(state_->mutex);
    if (message == nullptr || state_->in.size() < kWaitingMost) {
      state_->in.push_back(std::move(input));
      message = nullptr;
    }
  }
  if (message != nullptr) state_->refuse(*message, {Refusal::busy, "this master's desk has too many requests waiting"});
  state_->ready.notify_one();
}

void Desk::take(std::vector<DeskOutput>& out) {
  const std::lock_guard lock(state_->mutex);
  std::move(state_->out.begin(), state_->out.end(), std::back_inserter(out));
  state_->out.clear();
}

}  // namespace argosy::master
