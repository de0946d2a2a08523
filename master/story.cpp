#include "master/story.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/check.h"
#include "base/quantity.h"
#include "master/admit.h"
#include "schemas/codec.h"
#include "schemas/names.h"
#include "schemas/sources.h"
#include "schemas/transcript.h"

namespace argosy::master {
namespace {

using Arguments = std::map<std::string, std::string>;

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

std::string text_of(const Arguments& with, const std::string& key, const std::string& otherwise = "") {
  const auto found = with.find(key);
  return found == with.end() ? otherwise : found->second;
}

std::uint64_t number_of(const Arguments& with, const std::string& key, std::uint64_t otherwise) {
  return with.contains(key) ? std::stoull(with.at(key)) : otherwise;
}

ShardId shard_of(const Arguments& with) { return ShardId{static_cast<std::uint32_t>(number_of(with, "shard", 0))}; }

Duration duration_of(const std::string& text) {
  const auto duration = parse_duration(text);
  CHECK(duration.ok());
  return *duration;
}

// "1.0.5": execution, task, item.
ItemRef item_of(const std::string& text) {
  const auto parts = split(text, '.');
  return {{std::stoull(parts.at(0))}, {static_cast<std::uint32_t>(std::stoul(parts.at(1)))}, {std::stoull(parts.at(2))}};
}

// "1.0.5,1.0.7-9".
std::vector<ItemRef> items_of(const std::string& text) {
  std::vector<ItemRef> items;
  for (const auto& each : split(text, ',')) {
    const auto dash = each.find('-');
    ItemRef item = item_of(each.substr(0, dash));
    const std::uint64_t last = dash == std::string::npos ? item.item.value : std::stoull(each.substr(dash + 1));
    for (; item.item.value <= last; ++item.item.value) items.push_back(item);
  }
  return items;
}

// "1.0.5#2"; without '#': the first.
std::vector<AttemptRef> attempts_of(const std::string& text) {
  std::vector<AttemptRef> attempts;
  for (const auto& each : split(text, ',')) {
    const auto hash = each.find('#');
    const auto number = hash == std::string::npos ? 1 : static_cast<std::uint32_t>(std::stoul(each.substr(hash + 1)));
    for (const ItemRef& item : items_of(each.substr(0, hash))) attempts.push_back({item, {number}});
  }
  return attempts;
}

EndReason reason_of(const std::string& name) {
  for (int i = 1; i <= 17; ++i) {
    std::string known(to_string(static_cast<EndReason>(i)));
    std::replace(known.begin(), known.end(), ' ', '_');
    if (known == name) return static_cast<EndReason>(i);
  }
  CHECK(!"a reason that there is not");
}

// "load:10:max=2>extract+check=failed": name, items, settings; after '>' the tasks it waits for.
Task task_of(const std::string& text, const std::map<std::string, std::uint32_t>& known) {
  const auto arrow = text.find('>');
  const auto parts = split(text.substr(0, arrow), ':');
  Task task;
  task.name = parts[0];
  task.argv = {"run-" + parts[0]};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto equals = parts[i].find('=');
    const std::string key = parts[i].substr(0, equals), value = equals == std::string::npos ? "" : parts[i].substr(equals + 1);
    if (equals == std::string::npos) {
      task.for_each.source = ItemSource::range;
      task.for_each.range = {0, std::stoll(key) - 1, 1};
      task.argv.push_back("${{ item }}");
    } else if (key == "retry") {
      task.retry.limit = static_cast<std::uint32_t>(std::stoul(value));
    } else if (key == "max") {
      task.max_failures.count = std::stoull(value);
    } else if (key == "interruptions") {
      task.interruptions = static_cast<std::uint32_t>(std::stoul(value));
    } else if (key == "cpu") {
      task.resources.cpu_milli = static_cast<std::uint32_t>(std::stoul(value));
    } else if (key == "lease") {
      task.lease = duration_of(value);
    } else if (key == "needs") {
      task.argv.push_back("${{ tasks." + value + ".output.key }}");
    } else if (key == "blob") {
      task.for_each = {ItemSource::blob, "", {}, {}, std::string(64, 'a'), std::stoull(value), 3 * std::stoull(value), ""};
    } else {
      CHECK(!"a setting that there is not");
    }
  }
  if (arrow == std::string::npos) return task;
  for (const auto& each : split(text.substr(arrow + 1), '+')) {
    const auto pair = split(each, '=');
    AfterOn on = AfterOn::succeeded;
    if (pair.size() > 1) on = pair[1] == "failed" ? AfterOn::failed : AfterOn::ended;
    task.after.push_back({TaskNo{known.at(pair[0])}, on});
  }
  return task;
}

Package package_of(const std::string& text) {
  Package package;
  package.name = "p";
  std::map<std::string, std::uint32_t> known;
  for (const auto& each : split(text, ',')) {
    package.tasks.push_back(task_of(each, known));
    const auto number = static_cast<std::uint32_t>(known.size());
    known[package.tasks.back().name] = number;
  }
  return package;
}

std::string text_of(const TaskRow& row) {
  std::string text = "task " + std::to_string(row.execution.value) + "." + std::to_string(row.task.value) + " " +
                     std::string(to_string(row.state)) + " [" + std::to_string(row.low) + "," + std::to_string(row.high) + ")";
  const auto add = [&](const char* name, std::uint64_t n) {
    if (n > 0) text += " " + std::to_string(n) + " " + name;
  };
  add("succeeded", row.succeeded), add("failed", row.failed), add("canceled", row.canceled);
  add("interrupted", row.interrupted), add("skipped", row.skipped);
  for (const auto& [key, value] : row.outputs) text += " " + key + "=" + value;
  return text;
}

void tell(const Batch& batch, std::vector<std::string>& owed) {
  owed.push_back("commit " + std::to_string(batch.id) + " term " + std::to_string(batch.fence.term.value));
  const auto row = [&](const std::string& text) { owed.push_back("  " + text); };
  for (const auto& a : batch.admissions) row("admission " + a.key);
  for (const auto& c : batch.claims) row("claim " + to_text(c.attempt) + " " + c.worker);
  for (const auto& s : batch.starts) row("start " + to_text(s.attempt));
  for (const auto& o : batch.outputs) {
    const bool plain = o.chunk.data.starts_with('[');
    row("output " + to_text(o.chunk.attempt) + " " + std::to_string(o.chunk.offset) + "+" + std::to_string(o.chunk.length) +
        (plain ? " (could not be stored)" : ""));
  }
  for (const auto& e : batch.ends) {
    row("end " + to_text(e.end.attempt) + " " + std::string(to_string(e.end.reason)) + ": item " + std::string(to_string(e.item)) +
        (e.end.detail.empty() ? "" : " (" + e.end.detail + ")"));
  }
  for (const auto& t : batch.tasks) row(text_of(t));
  for (const auto& e : batch.executions) row("execution " + std::to_string(e.execution.value) + " " + std::string(to_string(e.status)));
  for (const auto& o : batch.operations) row("operation " + o.who + " " + o.verb + " " + o.object);
}

std::string text_of(const DeskOutcome& outcome) {
  std::ostringstream text;
  if (const auto* o = std::get_if<AdmitOutcome>(&outcome)) text << "admitted as " << o->outcome.execution.value;
  if (const auto* o = std::get_if<CancelOutcome>(&outcome)) {
    text << "canceled";
    for (const auto& c : o->executions) text << " " << c.execution.value << " " << to_string(c.status) << (c.changed ? "" : " before");
    for (const ShardId shard : o->elsewhere) text << " elsewhere: shard " << shard.value;
  }
  if (const auto* o = std::get_if<ExplainOutcome>(&outcome)) {
    text << "explained";
    for (const auto& e : o->reasons) text << " | task " << e.task.value << ": " << e.count << " " << to_string(e.state) << ": " << e.reason;
  }
  if (const auto* o = std::get_if<FleetOutcome>(&outcome)) {
    text << "fleet of " << o->workers.size() << (o->catalog_available ? "" : ", catalog away");
    for (const auto& c : o->counters) text << " " << c.name << "=" << c.value;
  }
  if (const auto* o = std::get_if<LostOutcome>(&outcome)) text << "lost " << o->attempts;
  if (const auto* o = std::get_if<OrderRefused>(&outcome)) text << "refused " << to_string(o->reason) << ": " << o->text;
  return text.str();
}

}  // namespace

Story::Story() = default;
Story::~Story() = default;

std::string Story::play(const std::string& text) {
  std::string out;
  for (const auto& line : split(text, '\n')) {
    if (line.starts_with(">")) continue;
    out += line + "\n";
    if (line.empty() || line.starts_with("#")) continue;
    owed_.clear();
    command(line);
    for (const auto& owed : owed_) out += ">   " + owed + "\n";
    if (owed_.empty()) out += ">   nothing\n";
  }
  return out;
}

// VERB [WHO] [key=value]…; WHO is any first word without '='.
void Story::command(const std::string& line) {
  const auto words = split(line, ' ');
  std::string who;
  Arguments with;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos && i == 1) {
      who = words[i];
    } else {
      with[words[i].substr(0, equals)] = equals == std::string::npos ? "" : words[i].substr(equals + 1);
    }
  }
  if (words[0] == "limits") {
    limits_.offers_per_class = number_of(with, "class", limits_.offers_per_class);
    limits_.offers_per_group = number_of(with, "group", limits_.offers_per_group);
    limits_.admissions_waiting = number_of(with, "submits", limits_.admissions_waiting);
    limits_.parked_claims = number_of(with, "parked", limits_.parked_claims);
    limits_.batch_bytes = number_of(with, "bytes", limits_.batch_bytes);
    limits_.admission_bytes_waiting = number_of(with, "submit_bytes", limits_.admission_bytes_waiting);
    limits_.watches = number_of(with, "watches", limits_.watches);
    limits_.batch_rows = number_of(with, "rows", limits_.batch_rows);
    limits_.values_chunk = number_of(with, "chunk", limits_.values_chunk);
    if (with.contains("grace")) limits_.catalog_grace = duration_of(with.at("grace"));
    shards_ = static_cast<std::uint32_t>(number_of(with, "shards", shards_));
    return;
  }
  if (!machine_) {
    Self self{"m1", {77}, {"host", "A", "boot"}, "test", {}};
    for (std::uint32_t shard = 0; shard < shards_; ++shard) self.shards.push_back(ShardId{shard});
    machine_ = std::make_unique<Machine>(self, limits_, Rng(1), nullptr);
  }
  if (words[0] == "wait") return let_pass(duration_of(who), with.contains("silent"));
  CHECK(command_of_link(words[0], with) || command_of_worker(words[0], who, with) || command_of_client(words[0], who, with));
}

bool Story::command_of_link(const std::string& verb, const Arguments& with) {
  const Address broker{Role::broker, "b1", {}};
  if (verb == "up") return step(LinkUp{}), true;
  if (verb == "down") return step(LinkDown{}), true;
  if (verb == "stop") return step(ShutDown{}), true;
  if (verb == "commit") return settle(with), true;
  if (verb == "adopt") return adopt(with), true;
  if (verb == "catalog-waits") return step(CatalogWaits{"waits for its synchronous standby"}), true;
  if (verb == "take-failed") return step(TakeFailed{shard_of(with), "disk full"}), true;
  if (verb == "welcome" || verb == "holders") {
    std::vector<Holder> holders;
    // holder=m2,0@3/- : shard 0 has no holder since term 3 ended. Without shard and term: shard 0 at term=.
    for (const auto& each : split(text_of(with, "holder"), ',')) {
      const auto at = each.find('@'), slash = each.find('/');
      if (at == std::string::npos) {
        holders.push_back({{{0}, {number_of(with, "term", 1)}}, each == "-" ? "" : each});
        continue;
      }
      const ShardId shard{static_cast<std::uint32_t>(std::stoul(each.substr(0, at)))};
      const std::string name = each.substr(slash + 1);
      holders.push_back({{shard, {std::stoull(each.substr(at + 1, slash - at - 1))}}, name == "-" ? "" : name});
    }
    if (verb == "holders") return hear(broker, Holders{holders}, {}), true;
    if (with.contains("epoch")) epoch_ = {number_of(with, "epoch", 1), text_of(with, "broker")};
    return hear(broker, Welcome{{number_of(with, "connection", 1)}, seconds(1), seconds(4), holders, "argosy"}, {}), true;
  }
  if (verb == "masters") return step(DeskOrder(MastersNews{split(text_of(with, "alive"), ',')})), true;
  if (verb == "endpoint") return hear(broker, Endpoint{number_of(with, "serial", 1), "tcp://there:1", "PEM"}, {}), true;
  if (verb == "other-catalog") {
    return hear(broker, Refused{9, Refusal::conflict, "its catalog is another one", text_of(with, "incarnation"), {}}, {}), true;
  }
  if (verb == "no-hello") return hear(broker, Refused{20, Refusal::no_hello, "say Hello", "", {}}, {}), true;
  if (verb == "fleet") {
    FleetNews news;
    news.serial = ++fleet_serial_;
    news.incarnation = number_of(with, "incarnation", 0);
    for (const auto& name : split(text_of(with, "workers"), ',')) {
      const bool draining = text_of(with, "draining") == name;
      news.workers.push_back({name, std::string(64, '0'), RosterState::enabled, draining, {}});
    }
    if (with.contains("moved")) news.endpoint = {number_of(with, "moved", 0), "tcp://there:1", "PEM"};
    return step(DeskOrder(news)), true;
  }
  return false;
}

bool Story::command_of_worker(const std::string& verb, const std::string& who, const Arguments& with) {
  const Address broker{Role::broker, "b1", {}};
  WorkerRole& role = workers_[who];
  const Address from{Role::worker, who, role.connection};
  const SessionId session{number_of(with, "session", role.session.value)};
  const ShardTerm reign{reign_.shard, {number_of(with, "term", reign_.term.value)}};
  const Host host{text_of(with, "machine", "A"), text_of(with, "machine", "A"), text_of(with, "boot", "boot")};
  const auto attempts = attempts_of(text_of(with, "attempts"));
  if (verb == "here" || verb == "gone") {
    if (verb == "here") role = {session, {number_of(with, "connection", role.connection.value)}};
    const Resources capacity{static_cast<std::uint32_t>(number_of(with, "cpu", 2000)), 8ull << 30, {}};
    const auto change = verb == "here" ? PresenceChange::here
                        : with.contains("silent") ? PresenceChange::silent : PresenceChange::closed;
    return hear(broker, Presence{false, {{who, role.session, role.connection, change, host, "", capacity, false}}}, {}), true;
  }
  const std::uint64_t incarnation = number_of(with, "incarnation", 0);
  if (verb == "renew") return hear(from, Renew{session, {number_of(with, "number", 1)}, incarnation}, reign), true;
  if (verb == "inventory") {
    Inventory word{number_of(with, "serial", 1), session, {number_of(with, "predecessor", 0)}, host,
                   attempts_of(text_of(with, "held")), attempts_of(text_of(with, "finished")), incarnation};
    return hear(from, word, reign), true;
  }
  if (verb == "claim") {
    Claim word;
    for (const auto& item : items_of(text_of(with, "items"))) {
      word.claims.push_back({item, who, session, {number_of(with, "connection", role.connection.value)}});
    }
    return hear(broker, word, reign_), true;
  }
  if (verb == "started") {
    Started word{session, {}};
    for (const auto& a : attempts) word.attempts.push_back({a, now_.wall, 1});
    return hear(from, word, reign), true;
  }
  if (verb == "log") {
    const auto length = static_cast<std::uint32_t>(number_of(with, "length", 1));
    Log word{session, {{attempts.at(0), number_of(with, "offset", 0), length, {{1, length, {}}}, LogCodec::raw, std::string(length, 'x')}}};
    return hear(from, word, reign), true;
  }
  if (verb == "finished") {
    Finished word{session, {}};
    for (const auto& a : attempts) {
      AttemptEnd end;
      end.attempt = a;
      end.reason = reason_of(text_of(with, "reason", "succeeded"));
      end.log_bytes = number_of(with, "log", 0);
      end.stderr_tail = text_of(with, "tail");
      if (with.contains("key")) end.outputs["key"] = with.at("key");
      word.ends.push_back(end);
    }
    return hear(from, word, reign), true;
  }
  if (verb == "return") return hear(from, Return{session, "drain", with.contains("forgotten"), attempts}, reign), true;
  return false;
}

bool Story::command_of_client(const std::string& verb, const std::string& who, const Arguments& with) {
  const Address client{Role::submitter, "alice", {number_of(with, "connection", 900)}};
  if (verb == "submit") return submit(who, with), true;
  if (verb == "watch") return hear(client, Watch{"r", {{std::stoull(who)}}}, {}), true;
  if (verb == "ping") return hear(client, Ping{1}, {}), true;
  if (verb == "cancel") {
    CancelOrder order{next_ticket_++, "operator olga", {{std::stoull(who)}}, {}};
    if (with.contains("shard")) order.shards.push_back(shard_of(with));
    return step(DeskOrder(std::move(order))), true;
  }
  if (verb == "lost") return step(DeskOrder(LostOrder{next_ticket_++, "operator olga", who})), true;
  if (verb == "status") return step(DeskOrder(FleetOrder{next_ticket_++})), true;
  if (verb == "explain") {
    ExplainOrder order{next_ticket_++, {std::stoull(who)}, {}, {}, {}};
    if (with.contains("shard")) order.shard = shard_of(with);
    return step(DeskOrder(std::move(order))), true;
  }
  if (verb == "values") {
    ValuesRead values{{0}, {std::stoull(who)}, {0}, number_of(with, "from", 0), {}};
    for (std::uint64_t i = 0; i < number_of(with, "count", 1); ++i) values.values.push_back("v" + std::to_string(values.from + i));
    return step(values), true;
  }
  return false;
}

void Story::submit(const std::string& key, const Arguments& with) {
  Submit word;
  word.key = key;
  word.inline_package = package_of(text_of(with, "tasks", "command"));
  word.priority = static_cast<std::int32_t>(std::stol(text_of(with, "priority", "0")));
  word.batch = text_of(with, "batch");
  if (with.contains("workers")) word.workers = split(with.at("workers"), '+');
  const Address client{Role::submitter, "alice", {900}};
  auto admitted = admit(word, {}, "alice", "digest", now_.wall);
  if (const auto* refusal = std::get_if<AdmitRefusal>(&admitted)) return owed_.push_back("not admitted: " + refusal->text);
  Admit event{shard_of(with), client, with.contains("watch"), std::get<Admission>(std::move(admitted))};
  if (with.contains("parameter")) event.admission.parameters["p"] = std::string(number_of(with, "parameter", 0), 'x');
  if (with.contains("carried")) {
    event.admission.retry_of = ExecutionId{1};
    event.admission.carried = items_of(with.at("carried"));
    if (with.contains("key")) event.admission.outputs = {{{"key", with.at("key")}}};
  }
  step(std::move(event));
}

void Story::settle(const Arguments& with) {
  if (in_flight_.empty()) return owed_.push_back("nothing is in flight");
  const auto batch = in_flight_.front();
  in_flight_.pop_front();
  BatchOutcome outcome;
  outcome.id = batch->id;
  const std::string verdict = text_of(with, "verdict", "committed");
  if (verdict == "fenced") outcome.verdict = BatchVerdict::fenced;
  if (verdict == "unavailable") outcome.verdict = BatchVerdict::unavailable;
  if (verdict == "unknown") outcome.verdict = BatchVerdict::unknown;
  if (verdict == "refused") outcome.verdict = BatchVerdict::refused;
  if (verdict != "committed") outcome.detail = "disk full";
  using Rows = Culprit::Rows;
  static const std::map<std::string, Rows> rows = {
      {"admissions", Rows::admissions}, {"claims", Rows::claims}, {"outputs", Rows::outputs}, {"ends", Rows::ends}};
  if (with.contains("rows")) outcome.culprit = Culprit{rows.at(with.at("rows")), number_of(with, "index", 0)};
  if (verdict == "committed") {
    for (std::size_t i = 0; i < batch->admissions.size(); ++i) {
      if (text_of(with, "key") == "repeated") {
        outcome.admissions.push_back({Admitted::repeated, {1}});
      } else if (text_of(with, "key") == "conflict") {
        outcome.admissions.push_back({Admitted::conflict, {1}});
      } else {
        outcome.admissions.push_back({Admitted::fresh, {next_execution_++}});
      }
    }
  }
  step(Settled{batch->fence.shard, outcome});
}

// adopt term=2 tasks=… state=running low= high= open=1.0.0#1:w1/5:running,…
void Story::adopt(const Arguments& with) {
  reign_ = {shard_of(with), {number_of(with, "term", 1)}};
  Adopted event{{reign_, {}}, {}, {}, number_of(with, "incarnation", 0)};
  if (with.contains("lease")) event.lease = duration_of(with.at("lease"));
  if (with.contains("grace")) event.grace = duration_of(with.at("grace"));
  if (with.contains("tasks")) {
    ActiveExecution active;
    active.execution = {1};
    active.status = with.contains("stopping") ? ExecutionStatus::stopping : ExecutionStatus::running;
    active.admission.package = package_of(with.at("tasks"));
    for (const auto& task : active.admission.package.tasks) {
      active.admission.items.push_back(item_count(task.for_each));
      TaskRow row;
      row.execution = {1};
      row.task = {static_cast<std::uint32_t>(active.tasks.size())};
      row.state = task.after.empty() ? ItemState::ready : ItemState::waiting;
      if (active.tasks.empty()) {
        row.low = number_of(with, "low", 0), row.high = number_of(with, "high", row.low);
        row.succeeded = number_of(with, "succeeded", 0);
      }
      active.tasks.push_back(row);
      active.unclaimed.emplace_back();
    }
    for (const auto& each : split(text_of(with, "open"), ',')) {
      const auto parts = split(each, ':');
      const auto owner = split(parts.at(1), '/');
      OpenAttempt open;
      open.attempt = attempts_of(parts.at(0)).at(0);
      open.worker = owner.at(0);
      open.session = {std::stoull(owner.at(1))};
      open.state = parts.at(2) == "running" ? ItemState::running : parts.at(2) == "waiting" ? ItemState::waiting
                   : parts.at(2) == "ready" ? ItemState::ready : ItemState::claimed;
      active.open.push_back(open);
    }
    event.snapshot.executions.push_back(active);
    next_execution_ = 2;
  }
  step(std::move(event));
}

void Story::hear(const Address& from, Word word, ShardTerm reign) {
  Message message;
  message.envelope.word = word_of(word);
  message.envelope.epoch = epoch_;
  message.envelope.reign = reign;
  message.envelope.from = from;
  const auto envelope = decode_envelope(encode_envelope(message.envelope));
  const auto body = decode_body(message.envelope.word, encode_body(word));
  CHECK(envelope.ok() && body.ok());
  step(Heard{{*envelope, *body}});
}

void Story::step(Event event) {
  Effects effects;
  machine_->step(now_, std::move(event), effects);
  note(effects);
}

// The broker answers each Ping, unless it is silent.
void Story::let_pass(Duration duration, bool silent) {
  const Time end = now_.steady + duration;
  while (const auto deadline = machine_->deadline()) {
    if (*deadline > end) break;
    const Duration passed = std::max(*deadline, now_.steady) - now_.steady;
    now_ = {now_.steady + passed, now_.wall + passed};
    step(Tick{});
    if (std::exchange(pinged_, false) && !silent) hear({Role::broker, "b1", {}}, Pong{}, {});
    CHECK(machine_->deadline() != deadline || passed.us > 0);
  }
  now_ = {end, now_.wall + (end - now_.steady)};
}

void Story::note(const Effects& effects) {
  for (const Message& message : effects.sends) {
    const auto envelope = decode_envelope(encode_envelope(message.envelope));
    const auto word = decode_body(message.envelope.word, encode_body(message.word));
    CHECK(envelope.ok() && word.ok());
    const std::string to = envelope->to.name.empty() ? std::string(to_string(envelope->to.role)) : envelope->to.name;
    if (std::holds_alternative<Ping>(*word)) {
      pinged_ = true;
      continue;
    }
    owed_.push_back(to + " ← " + to_text(*word));
  }
  for (const auto& batch : effects.commits) {
    in_flight_.push_back(batch);
    if (batch->only_confirms() && batch->tasks.empty()) {
      owed_.push_back("commit " + std::to_string(batch->id) + " confirms term " + std::to_string(batch->fence.term.value));
    } else {
      tell(*batch, owed_);
    }
  }
  for (const ShardTerm& take : effects.takes) owed_.push_back("take shard " + std::to_string(take.shard.value));
  for (const auto& answer : effects.answers) owed_.push_back("desk ← " + text_of(answer));
  for (const auto& lookup : effects.lookups) owed_.push_back("look up " + std::to_string(lookup.execution.value));
  for (const auto& need : effects.needs) owed_.push_back("need values " + std::to_string(need.from) + "+" + std::to_string(need.count));
  for (const auto& line : effects.notes) owed_.push_back("note: " + line);
  if (effects.move) owed_.push_back("move to " + effects.move->endpoint + ", serial " + std::to_string(effects.move->serial));
  if (effects.reconnect) owed_.push_back("reconnect");
  if (effects.over) owed_.push_back("over");
}

}  // namespace argosy::master
