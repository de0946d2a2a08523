#include "tests/sim/master_process.h"

#include <algorithm>
#include <cstdlib>

#include "catalog/fleet.h"
#include "catalog/incarnation.h"
#include "catalog/views.h"
#include "master/admit.h"
#include "master/state.h"
#include "schemas/codec.h"
#include "schemas/transcript.h"

namespace argosy::sim {
namespace {

constexpr std::uint64_t kPieceBytes = 700;  // of content

// Tells two requests apart; the real one is a SHA-256.
std::string digest_of(const Submit& word) {
  std::uint64_t a = 0xcbf29ce484222325, b = 1;
  for (const char c : encode(word)) a = (a ^ static_cast<std::uint8_t>(c)) * 0x100000001b3, b = b * 31 + a;
  std::string text;
  for (const std::uint64_t part : {a, b, a ^ b, a + b}) {
    for (int i = 0; i < 16; ++i) text += "0123456789abcdef"[part >> (4 * i) & 15];
  }
  return text;
}

master::PlantedBugs planted_bugs(Bug bug) {
  master::PlantedBugs bugs;
  bugs.adopter_does_not_wait = bug == Bug::adopter_does_not_wait;
  bugs.session_believed = bug == Bug::session_believed;
  return bugs;
}

}  // namespace

MasterProcess::MasterProcess(Stage& stage, const Workload& workload, std::string name, HostClock clock)
    : Party(stage.agenda, Role::master, std::move(name)), stage_(stage), workload_(workload), clock_(clock) {}

void MasterProcess::start() {
  process.begin();
  stage_.note(name() + " starts");
  master::Self self;
  self.name = name();
  self.session = SessionId{1 + stage_.rng.below(1ull << 62)};
  self.host = {name() + "-host", name() + "-machine", "boot-1"};
  self.build = "sim";
  self.shards.clear();
  for (std::uint32_t i = 0; i < stage_.drawn.shards; ++i) self.shards.push_back(ShardId{i});
  master::Limits limits;
  const bool unbounded = stage_.bug == Bug::offers_unbounded;
  limits.offers_per_class = unbounded ? 100'000 : stage_.drawn.offers_per_class;
  limits.offers_per_group = unbounded ? 100'000 : stage_.drawn.offers_per_group;
  limits.batch_rows = stage_.drawn.batch_rows;
  limits.log_window_bytes = stage_.drawn.log_window;
  limits.log_window_least_bytes = std::min<std::uint64_t>(limits.log_window_least_bytes, stage_.drawn.log_window);
  limits.lease = stage_.drawn.lease;
  limits.catalog_grace = stage_.drawn.catalog_grace;
  limits.confirm_every = seconds(2);
  limits.values_chunk = 8;
  limits.values_chunks = 2;
  machine_ = std::make_unique<master::Machine>(self, limits, Rng(stage_.rng.next()), nullptr, planted_bugs(stage_.bug));
  asked_.clear();
  served_.clear();
  said_.clear();
  fleet_said_.reset();
  process.post(milliseconds(1), [this] { look_at_fleet(); });
  place_.begin();
  stage_.network.join(*this);
}

void MasterProcess::kill() {
  stage_.note(name() + " is killed");
  process.end();
  machine_.reset();
  stage_.network.leave(*this);
  stage_.witnesses.tell([&](Witness& witness) { witness.process_ended(label()); });
}

void MasterProcess::stop() {
  if (machine_ && !process.paused()) step(master::ShutDown{});
}

bool MasterProcess::works() const { return machine_ && machine_->state().link.welcome; }

void MasterProcess::link_up() { step(master::LinkUp{}); }
void MasterProcess::link_down() { step(master::LinkDown{}); }

void MasterProcess::frames_came(const Frames& frames) {
  auto message = hear(stage_, *this, frames);
  if (!message) return;
  spoil(frames, message->word);
  if (!master::is_desk_word(message->word)) return step(master::Heard{std::move(*message)});
  process.post(stage_.up_to(milliseconds(3)), [this, held = std::move(*message)] { desk(held); });
}

// The planted bugs of what it hears.
void MasterProcess::spoil(const Frames& frames, Word& word) {
  const auto* finished = std::get_if<Finished>(&word);
  auto* inventory = std::get_if<Inventory>(&word);
  auto* renew = std::get_if<Renew>(&word);
  if (finished != nullptr && stage_.bug == Bug::second_end_overwrites) {
    for (const AttemptEnd& end : finished->ends) stage_.store.overwrite_end(end);
  }
  if (inventory != nullptr && stage_.bug == Bug::second_end_overwrites) {
    AttemptEnd end;
    end.exit_code = 0;
    for (const AttemptRef& attempt : inventory->finished) end.attempt = attempt, stage_.store.overwrite_end(end);
  }
  if (stage_.bug != Bug::missing_field_believed || frames.body == encode_body(word)) return;
  if (inventory != nullptr) inventory->incarnation = ~std::uint64_t{0};
  if (renew != nullptr) renew->incarnation = ~std::uint64_t{0};
}

void MasterProcess::step(master::Event event) {
  if (!machine_) return;
  master::Effects effects;
  machine_->step(clock_.now(stage_.agenda.now()), std::move(event), effects);
  honour(effects);
  if (machine_) wake_later();
}

void MasterProcess::honour(master::Effects& effects) {
  for (Message& message : effects.sends) {
    if (leaves_something(message.word)) say(stage_, *this, std::move(message));
  }
  for (const auto& batch : effects.commits) {
    stage_.store.write(process, name(), batch, [this, shard = batch->fence.shard](BatchOutcome outcome) {
      step(master::Settled{shard, std::move(outcome)});
    });
  }
  for (const ShardTerm& heard : effects.takes) {
    const auto taken = [this](std::variant<master::Adopted, master::TakeFailed> result) {
      std::visit([this](auto& held) { step(std::move(held)); }, result);
    };
    stage_.store.take(process, name(), heard, clock_.now(stage_.agenda.now()).wall, taken);
  }
  for (const DeskOutcome& debt : effects.answers) answer(debt);
  for (const master::LookUp& debt : effects.lookups) look_up(debt);
  for (const master::NeedValues& debt : effects.needs) read_values(debt);
  for (const std::string& note : effects.notes) stage_.note(name() + " notes: " + note);
  if (effects.move) place_.told(*effects.move);
  if (effects.reconnect) stage_.network.reconnect(*this);
  if (!effects.over) return;
  process.post(Duration{}, [this] {
    stage_.note(name() + " has stopped in good order");
    kill();
  });
}

// The planted bug: a Run that was said is not said again. False: nothing is left of the word.
bool MasterProcess::leaves_something(Word& word) {
  auto* run = std::get_if<Run>(&word);
  if (run == nullptr || stage_.bug != Bug::run_said_once) return true;
  std::erase_if(run->items, [this](const RunItem& item) { return !said_.insert(item.attempt).second; });
  return !run->items.empty();
}

void MasterProcess::wake_later() {
  const auto deadline = machine_->deadline();
  const std::uint64_t serial = ++wake_serial_;
  if (!deadline) return;
  const Time when = std::max(clock_.virtual_time(*deadline), stage_.agenda.now() + microseconds(10));
  process.post(when - stage_.agenda.now(), [this, serial] {
    if (serial == wake_serial_) step(master::Tick{});
  });
}

void MasterProcess::explain(ExecutionId execution) {
  if (!machine_ || !machine_->ready() || process.paused() || !holds(execution)) return;
  asked_[++last_ticket_] = {{}, "", 0, execution};
  step(DeskOrder(ExplainOrder{last_ticket_, execution, {}, {}}));
}

std::string MasterProcess::pending() const {
  if (!machine_) return name() + " is down; ";
  const std::string text = machine_->pending();
  return text.empty() ? text : name() + ": " + text + "; ";
}

// In the catalog and in its own mind: one that was paused may still think so, one whose taking broke off may not know.
bool MasterProcess::holds(ExecutionId execution) const {
  const auto view = catalog::show_execution(stage_.store.truth(), execution);
  if (!view.ok() || !*view || stage_.store.holder((**view).shard) != name()) return false;
  return machine_->state().shards.contains((**view).shard);
}

// -- The desk.

// Every two seconds: another master's desk may have changed it.
void MasterProcess::look_at_fleet() {
  process.post(seconds(2), [this] { look_at_fleet(); });
  if (stage_.store.away()) return;
  catalog::Catalog& shown = stage_.store.shown_to(name());
  FleetNews fleet;
  fleet.serial = *catalog::fleet_serial(shown);
  if (fleet_said_ == fleet.serial) return;
  fleet_said_ = fleet.serial;
  fleet.endpoint = *catalog::read_endpoint(shown);
  fleet.incarnation = *catalog::read_incarnation(shown);
  const auto workers = catalog::list_workers(shown);
  const auto parties = catalog::list_parties(shown);
  for (const catalog::WorkerRecord& worker : *workers) {
    fleet.workers.push_back({worker.party.name, worker.party.key, RosterState::enabled, worker.draining, {}});
  }
  for (const catalog::Party& party : *parties) {
    if (party.role != Role::worker) fleet.others.push_back({party.key, party.name, party.role, RosterState::enabled, {}});
  }
  step(DeskOrder(std::move(fleet)));
}

void MasterProcess::desk(const Message& message) {
  const Address& client = message.envelope.from;
  if (const auto* word = std::get_if<Submit>(&message.word)) return on_submit(message.envelope, *word);
  if (const auto* word = std::get_if<Ask>(&message.word)) return on_ask(client, *word);
  if (const auto* word = std::get_if<Fetch>(&message.word)) return on_fetch(message, *word);
}

void MasterProcess::on_submit(const Envelope& envelope, const Submit& word) {
  const Address& client = envelope.from;
  if (stage_.bug == Bug::accepted_before_commit) {
    return say_to(client, Accepted{word.key, ExecutionId{1'000 + ++last_ticket_}, false});
  }
  auto digest = digest_of(word);
  if (stage_.bug == Bug::key_not_upgraded && release == Release::current) std::reverse(digest.begin(), digest.end());
  auto admitted = master::admit(word, {}, client.name, digest, clock_.now(stage_.agenda.now()).wall);
  if (const auto* refusal = std::get_if<master::AdmitRefusal>(&admitted)) {
    return say_to(client, Refused{Submit::word, refusal->reason, refusal->text, word.key, {}});
  }
  const ShardId home = home_of(stage_.drawn, client.name, word.key);
  if (envelope.reign.shard != home) {
    return say_to(client, Refused{Submit::word, Refusal::other_shard, "another shard's", word.key, home});
  }
  auto& admission = std::get<Admission>(admitted);
  admission.content = workload_.content_of(word.key);  // as if it were of a project
  step(master::Admit{home, client, word.watch, std::move(admission)});
}

// {"execution": 17}
void MasterProcess::on_ask(const Address& client, const Ask& word) {
  const std::size_t digits = word.arguments.find_first_of("0123456789");
  const ExecutionId execution{std::strtoull(word.arguments.c_str() + digits, nullptr, 10)};
  if (stage_.bug == Bug::cancel_too_early) {
    say_to(client, Answer{word.request, "{}", ""});
    process.post(seconds(3), [this, execution] { step(DeskOrder(CancelOrder{++last_ticket_, "submitter", {execution}})); });
    return;
  }
  asked_[++last_ticket_] = {client, word.request, Ask::word, execution};
  step(DeskOrder(CancelOrder{last_ticket_, "submitter " + client.name, {execution}}));
}

// Several pieces of a few bytes each. Nothing while the catalog is away: the worker asks again.
void MasterProcess::on_fetch(const Message& message, const Fetch& word) {
  if (stage_.store.away()) return;
  const auto it = workload_.archives().find(word.digest);
  if (word.offset == 0) served_.insert(word.digest);
  const bool anew = stage_.bug == Bug::content_from_zero && !served_.contains(word.digest);
  Chunk chunk{word.digest, word.offset, 0, {}};
  if (it != workload_.archives().end() && word.offset < it->second.size()) {
    const std::uint64_t length = std::min<std::uint64_t>({word.length, kPieceBytes, it->second.size() - word.offset});
    chunk.total = it->second.size();
    chunk.data = it->second.substr(anew ? 0 : word.offset, length);
  }
  say_to(message.envelope.from, std::move(chunk), message.envelope.reign);
}

void MasterProcess::answer(const DeskOutcome& outcome) {
  const Ticket ticket = std::visit([](const auto& held) { return held.ticket; }, outcome);
  const auto it = asked_.find(ticket);
  if (it == asked_.end()) return;
  const Asked asked = it->second;
  asked_.erase(it);
  if (const auto* reasons = std::get_if<ExplainOutcome>(&outcome)) return explained(asked.execution, *reasons);
  if (asked.client.role == Role::none) return;
  if (const auto* refused = std::get_if<OrderRefused>(&outcome)) {
    return say_to(asked.client, Refused{asked.word, refused->reason, refused->text, asked.request, {}});
  }
  // What is missing had ended before, or is another master's by now.
  if (const auto* canceled = std::get_if<CancelOutcome>(&outcome); canceled != nullptr && canceled->executions.empty()) {
    const auto view = catalog::show_execution(stage_.store.shown_to(name()), asked.execution);
    if (!view.ok() || !*view || !is_terminal((**view).status)) {
      return say_to(asked.client, Refused{asked.word, Refusal::unreachable, "ask again", asked.request, {}});
    }
  }
  say_to(asked.client, Answer{asked.request, "{}", ""});
}

void MasterProcess::explained(ExecutionId execution, const ExplainOutcome& outcome) {
  std::vector<std::string> reasons;
  if (stage_.bug != Bug::explain_silent) {
    for (const Explanation& explanation : outcome.reasons) reasons.push_back(explanation.reason);
  }
  stage_.witnesses.tell([&](Witness& witness) { witness.explained(execution, reasons); });
  if (!stage_.journal.wants_text()) return;
  for (const std::string& reason : reasons) stage_.note(name() + " explains: " + reason);
}

void MasterProcess::look_up(const master::LookUp& debt) {
  process.post(stage_.up_to(milliseconds(5)), [this, debt] {
    if (stage_.store.away()) return;
    catalog::Catalog& shown = stage_.store.shown_to(name());
    const auto view = catalog::show_execution(shown, debt.execution);
    const bool proved = &shown == &stage_.store.truth() || stage_.bug == Bug::stale_not_there;
    if (!view.ok() || (!*view && !proved)) return;  // the client asks again
    if (!*view) {
      const std::string text = "there is no execution " + std::to_string(debt.execution.value);
      return say_to(debt.client, Refused{Watch::word, Refusal::not_found, text, debt.request, {}});
    }
    say_to(debt.client, Changed{debt.request, debt.execution, (**view).status, (**view).counts});
  });
}

void MasterProcess::read_values(const master::NeedValues& debt) {
  process.post(stage_.up_to(milliseconds(5)), [this, debt] {
    master::ValuesRead read{debt.shard, debt.execution, debt.task, debt.from, {}};
    const auto it = workload_.values().find(debt.digest);
    CHECK(it != workload_.values().end());
    for (std::uint64_t i = debt.from; i < debt.from + debt.count && i < it->second.size() && !stage_.store.away(); ++i) {
      read.values.push_back(it->second[i]);
    }
    step(std::move(read));
  });
}

void MasterProcess::say_to(const Address& to, Word word, ShardTerm reign) {
  if (!machine_ || !machine_->state().link.welcome) return;
  Message message;
  message.envelope.epoch = machine_->state().link.epoch;
  message.envelope.connection = machine_->state().link.connection;
  message.envelope.to = to;
  message.envelope.reign = reign;
  message.word = std::move(word);
  say(stage_, *this, std::move(message));
}

}  // namespace argosy::sim
