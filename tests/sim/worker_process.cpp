#include "tests/sim/worker_process.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/sha256.h"
#include "schemas/names.h"
#include "schemas/transcript.h"

namespace argosy::sim {
namespace {

std::uint64_t all_ignored(const worker::State& state) {
  return std::accumulate(state.ignored.begin(), state.ignored.end(), std::uint64_t{0});
}

}  // namespace

WorkerProcess::WorkerProcess(Stage& stage, const Workload& workload, std::string name, HostClock clock, bool twin)
    : Party(stage.agenda, Role::worker, name, twin ? "worker/" + name + "'s twin" : std::string()),
      stage_(stage),
      twin_(twin),
      host_(stage, workload, name, clock) {}

void WorkerProcess::start() {
  process.begin();
  stage_.note(label() + " starts");
  if (stage_.bug == Bug::session_before_sweep) return begin_session();
  host_.sweep([this, life = process.life()] {
    if (process.life() == life) begin_session();
  });
}

void WorkerProcess::begin_session() {
  session_ = SessionId{1 + stage_.rng.below(1ull << 62)};
  worker::Limits limits;
  limits.capacity = {stage_.drawn.cpus * 1'000, 1ull << 30, {}};
  worker::Identity identity{session_, host_.last_session, {host_name() + "-host", host_name() + "-machine", host_.boot_id}, "sim", host_.incarnation};
  std::vector<worker::SpooledAttempt> spooled;
  std::erase_if(host_.spool, [](const auto& entry) { return !entry.second.end; });
  const bool upgraded = host_.last_release == Release::previous && release == Release::current;
  host_.last_release = release;
  if (stage_.bug == Bug::earlier_spool_forgotten || (stage_.bug == Bug::spool_not_upgraded && upgraded)) {
    while (!host_.spool.empty()) forget(host_.spool.begin()->first);
  }
  for (const auto& [attempt, kept] : host_.spool) {
    worker::SpooledAttempt old{kept.session, kept.shard, *kept.end, {}};
    for (const LogChunk& chunk : kept.chunks) {
      old.logs.push_back({attempt, chunk.offset, chunk.length, static_cast<std::uint32_t>(chunk.data.size())});
    }
    spooled.push_back(std::move(old));
  }
  host_.last_session = session_;
  in_pipes_ = 0;
  parts_.clear();
  worker::PlantedBugs bugs;
  bugs.obey_late_run = stage_.bug == Bug::late_run_obeyed;
  bugs.lease_from_answer = stage_.bug == Bug::lease_from_answer;
  bugs.hear_old_epoch = stage_.bug == Bug::old_epoch_heard;
  bugs.forget_before_recorded = stage_.bug == Bug::spool_forgotten;
  bugs.ignore_incarnation = stage_.bug == Bug::incarnation_ignored;
  machine_ = std::make_unique<worker::Machine>(limits, identity, host_.highest_epoch, std::move(spooled), bugs);
  host_.start_keeper(session_, listener());
  place_.begin();
  stage_.network.join(*this);
}

void WorkerProcess::kill() {
  stage_.note(label() + " is killed");
  process.end();
  machine_.reset();
  stage_.network.leave(*this);
  host_.worker_died();
  stage_.witnesses.tell([&](Witness& witness) { witness.process_ended(label()); });
}

void WorkerProcess::stop() {
  if (machine_ && !process.paused() && !machine_->state().shutting_down) step(worker::Shutdown{});
}

bool WorkerProcess::works() const { return machine_ && std::holds_alternative<worker::Welcomed>(machine_->state().link); }

void WorkerProcess::kill_with_keeper() {
  host_.kill_keeper();
  kill();
}

void WorkerProcess::kill_keeper() {
  if (!process.up() || !machine_ || !host_.keeper_up()) return;
  stage_.note(name() + "'s keeper is killed");
  host_.kill_keeper();
  process.post(stage_.up_to(milliseconds(50)), [this] { keeper_died(); });
}

void WorkerProcess::reboot() {
  stage_.note(name() + "'s host is rebooted");
  host_.reboot();
  kill();
}

void WorkerProcess::lose_spool() {
  if (process.up()) return;
  stage_.note(name() + " loses its spool");
  host_.spool.clear();
  cache_.clear();
}

// The tasks died with it. What they left is swept, then their ends are said.
void WorkerProcess::keeper_died() {
  host_.sweep([this, life = process.life()] {
    if (process.life() != life) return;
    process.post(Duration{}, [this] {
      std::vector<AttemptRef> lost;
      for (const auto& [ref, attempt] : machine_->state().attempts) {
        const bool started = std::holds_alternative<worker::Starting>(attempt.phase) ||
                             std::holds_alternative<worker::Running>(attempt.phase);
        if (started) lost.push_back(ref);
      }
      host_.start_keeper(session_, listener());
      for (const AttemptRef& ref : lost) {
        AttemptEnd end;
        end.attempt = ref;
        end.reason = EndReason::keeper_died;
        end.ended_at = host_.clock().now(stage_.agenda.now()).wall;
        end.log_bytes = host_.spool.contains(ref) ? host_.spool[ref].log_bytes : 0;
        step(worker::TaskEnded{end});
      }
    });
  });
}

WorkerHost::Listener WorkerProcess::listener() {
  WorkerHost::Listener made;
  made.started = [this](AttemptRef attempt, std::uint64_t pid) {
    const WallTime at = host_.clock().now(stage_.agenda.now()).wall;
    from_keeper([this, attempt, pid, at] { step(worker::TaskStarted{attempt, pid, at}); });
  };
  made.wrote = [this](const Deed& deed, std::uint32_t bytes) {
    in_pipes_ += bytes;
    from_keeper([this, deed, bytes] { keep_output(deed, bytes); });
  };
  made.ended = [this](AttemptRef attempt, AttemptEnd end) {
    from_keeper([this, attempt, end]() mutable {
      const auto it = host_.spool.find(attempt);
      end.log_bytes = it == host_.spool.end() ? 0 : it->second.log_bytes;
      step(worker::TaskEnded{end});
    });
  };
  made.output_blocked = [this] { return spool_size() + in_pipes_ >= stage_.drawn.spool_bytes; };
  return made;
}

void WorkerProcess::from_keeper(std::function<void()> act) { process.post(microseconds(100), std::move(act)); }

void WorkerProcess::keep_output(const Deed& deed, std::uint32_t bytes) {
  const AttemptRef attempt = deed.attempt;
  in_pipes_ -= bytes;
  const auto held = machine_->state().attempts.find(attempt);
  if (held == machine_->state().attempts.end() || std::holds_alternative<worker::Ended>(held->second.phase)) return;
  Spooled& kept = host_.spool[attempt];
  kept.session = session_;
  kept.shard = held->second.shard;
  kept.life = deed.life;
  LogChunk chunk{attempt, kept.log_bytes, bytes, {{1, bytes, host_.clock().now(stage_.agenda.now()).wall}}, LogCodec::raw, {}};
  for (std::uint32_t i = 0; i < bytes; ++i) chunk.data += log_byte(attempt, deed.life, chunk.offset + i);
  kept.log_bytes += bytes;
  const worker::LogSpooled news{attempt, chunk.offset, bytes, bytes};
  kept.chunks.push_back(std::move(chunk));
  step(news);
}

void WorkerProcess::link_up() { step(worker::LinkUp{}); }
void WorkerProcess::link_down() { step(worker::LinkDown{}); }

void WorkerProcess::frames_came(const Frames& frames) {
  auto message = hear(stage_, *this, frames);
  if (!message) return;
  auto* credit = std::get_if<LogCredit>(&message->word);
  if (credit != nullptr && stage_.bug == Bug::log_window_unbounded) credit->window_bytes *= 1'000;
  auto* chunk = std::get_if<Chunk>(&message->word);
  if (chunk != nullptr && stage_.bug == Bug::content_unchecked) take_for_another(*chunk);
  const Epoch highest = machine_->state().highest_epoch;
  const std::uint64_t ignored = all_ignored(machine_->state());
  step(worker::Heard{*message});
  const bool heeded = machine_ && all_ignored(machine_->state()) == ignored && !std::holds_alternative<Refused>(message->word);
  if (heeded) stage_.witnesses.tell([&](Witness& witness) { witness.heeded(label(), *message, highest); });
}

// The planted bug: a piece is that of whatever waits for one at this offset.
void WorkerProcess::take_for_another(Chunk& chunk) const {
  for (const auto& [digest, fetch] : machine_->state().fetches) {
    if (fetch.awaits && fetch.asked == chunk.offset) return void(chunk.digest = digest);
  }
}

void WorkerProcess::step(const worker::Event& event) {
  if (!machine_) return;
  worker::Effects effects;
  const Now now = host_.clock().now(stage_.agenda.now());
  machine_->step(now, event, effects);
  machine_->settle(now, effects);
  host_.highest_epoch = machine_->state().highest_epoch;
  honour(effects);
  if (machine_) wake_later();
}

// From top to bottom, as worker/effects.h says.
void WorkerProcess::honour(worker::Effects& effects) {
  if (effects.incarnation) host_.incarnation = *effects.incarnation;
  for (worker::SpoolEnd& debt : effects.spool_ends) {
    const auto [place, is_new] = host_.spool.try_emplace(debt.end.attempt);
    Spooled& kept = place->second;
    if (is_new) kept.life = stage_.store.life();  // it wrote nothing
    kept.session = debt.session;
    kept.shard = debt.shard;
    kept.end = debt.end;
    process.post(microseconds(200), [this, attempt = debt.end.attempt] { step(worker::EndSpooled{attempt}); });
  }
  for (const worker::ExtendLease& debt : effects.extends) host_.extend(debt.attempt, debt.deadline);
  for (const worker::StopTask& debt : effects.stops) host_.stop(debt.attempt, debt.grace);
  for (const std::string& digest : effects.want_content) want_content(digest);
  for (const worker::StoreContent& debt : effects.store_content) store_content(debt);
  for (const worker::StartTask& debt : effects.starts) start_task(debt);
  for (const worker::SendLog& debt : effects.send_logs) send_log(debt);
  for (const worker::Say& debt : effects.says) say_word(debt);
  for (const AttemptRef& attempt : effects.forget) forget(attempt);
  for (const worker::ForgetLogs& debt : effects.forget_logs) forget_log(debt);
  if (effects.move) place_.told(*effects.move);
  if (effects.reconnect) stage_.network.reconnect(*this);
  if (effects.left) {
    process.post(Duration{}, [this] {
      stage_.note(label() + " has left in good order");
      kill();
    });
  }
  if (!effects.anew) return;
  process.post(Duration{}, [this, incarnation = *effects.anew] { begin_anew(incarnation); });
}

// The catalog was restored: all that its former self gave is killed, and what was not recorded is set aside. In this order:
// dying in between, the next session finds no spool of the former catalog under the name of the new one.
void WorkerProcess::begin_anew(std::uint64_t incarnation) {
  stage_.note(label() + " meets a restored catalog");
  kill();
  host_.set_aside.push_back(std::exchange(host_.spool, {}));
  host_.incarnation = incarnation;
  start();
}

void WorkerProcess::say_word(const worker::Say& debt) {
  Message message;
  const auto* link = std::get_if<worker::Welcomed>(&machine_->state().link);
  message.envelope.epoch = link != nullptr ? link->epoch : machine_->state().highest_epoch;
  if (link != nullptr && !std::holds_alternative<Hello>(debt.word)) message.envelope.connection = link->connection;
  message.envelope.to = debt.to;
  message.envelope.reign = debt.reign;
  message.word = debt.word;
  if (!leaves_something(message.word)) return;
  say(stage_, *this, std::move(message));
  const auto hook = hooks_.find(word_of(debt.word));
  if (hook == hooks_.end()) return;
  stage_.agenda.after(Duration{}, std::move(hook->second));
  hooks_.erase(hook);
}

// The planted bug: an end that was said is not said again. False: nothing is left of the word.
bool WorkerProcess::leaves_something(Word& word) {
  auto* finished = std::get_if<Finished>(&word);
  if (finished == nullptr || stage_.bug != Bug::end_said_once) return true;
  std::erase_if(finished->ends, [this](const AttemptEnd& end) { return !said_.insert(end.attempt).second; });
  return !finished->ends.empty();
}

void WorkerProcess::want_content(const std::string& digest) {
  process.post(microseconds(300), [this, digest] {
    if (cache_.contains(digest) || stage_.bug == Bug::content_believed) {
      step(worker::ContentReady{digest});
    } else {
      step(worker::ContentMissing{digest});
    }
  });
}

// Each piece at its place; the whole is checked.
void WorkerProcess::store_content(const worker::StoreContent& piece) {
  std::string& part = parts_[piece.digest];
  if (piece.offset == 0) part.clear();
  part.resize(std::max<std::size_t>(part.size(), piece.offset + piece.data.size()));
  part.replace(piece.offset, piece.data.size(), piece.data);
  if (piece.offset + piece.data.size() < piece.total) return;
  process.post(microseconds(300), [this, digest = piece.digest, whole = std::exchange(part, {})] {
    if (Sha256::hex_of(whole) != digest && stage_.bug != Bug::content_unchecked) {
      return step(worker::ContentFailed{digest, "it arrived damaged"});
    }
    cache_[digest] = whole;
    step(worker::ContentReady{digest});
  });
}

void WorkerProcess::start_task(const worker::StartTask& debt) {
  if (!host_.keeper_up()) return;  // a dead keeper's attempts are ended when that is noticed
  const auto content = cache_.find(debt.spec->content);
  host_.start_task(debt, content == cache_.end() ? std::string() : Sha256::hex_of(content->second));
}

void WorkerProcess::send_log(const worker::SendLog& debt) {
  const auto it = host_.spool.find(debt.attempt);
  CHECK(it != host_.spool.end());
  for (const LogChunk& chunk : it->second.chunks) {
    if (chunk.offset != debt.offset) continue;
    LogChunk sent = chunk;
    if (stage_.bug == Bug::log_from_zero && sent.offset > 0 && stage_.rng.chance(1, 3)) {
      for (std::uint32_t i = 0; i < sent.length; ++i) sent.data[i] = log_byte(debt.attempt, it->second.life, i);
    }
    return say_word({{Role::master, {}, {}}, debt.reign, Log{debt.session, {std::move(sent)}}});
  }
  CHECK(false);  // a chunk is dropped only when the machine says so
}

void WorkerProcess::forget(AttemptRef attempt) {
  const auto it = host_.spool.find(attempt);
  const bool had_end = it != host_.spool.end() && it->second.end.has_value();
  const bool former = it != host_.spool.end() && it->second.life != stage_.store.life();
  if (it != host_.spool.end()) host_.spool.erase(it);
  if (former) return;  // the catalog that had it was replaced since
  stage_.witnesses.tell([&](Witness& witness) { witness.forgot(name(), attempt, had_end); });
}

void WorkerProcess::forget_log(const worker::ForgetLogs& debt) {
  const auto it = host_.spool.find(debt.attempt);
  if (it == host_.spool.end()) return;
  std::erase_if(it->second.chunks, [&](const LogChunk& chunk) { return chunk.offset + chunk.length <= debt.offset; });
  if (it->second.life != stage_.store.life()) return;
  stage_.witnesses.tell([&](Witness& witness) { witness.forgot_log(name(), debt.attempt, debt.offset); });
}

void WorkerProcess::wake_later() {
  const auto deadline = machine_->deadline();
  const std::uint64_t serial = ++wake_serial_;
  if (!deadline) return;
  const Time when = std::max(host_.clock().virtual_time(*deadline), stage_.agenda.now() + microseconds(10));
  process.post(when - stage_.agenda.now(), [this, serial] {
    if (serial == wake_serial_) step(worker::Tick{});
  });
}

std::uint64_t WorkerProcess::spool_size() const {
  std::uint64_t bytes = 0;
  for (const auto& [attempt, kept] : host_.spool) {
    for (const LogChunk& chunk : kept.chunks) bytes += chunk.data.size();
  }
  return bytes;
}

std::string WorkerProcess::pending() const {
  if (!machine_) return name() + " is down; ";
  if (machine_->state().attempts.empty() && host_.spool.empty()) return {};
  std::string text = name() + " holds";
  for (const auto& [attempt, held] : machine_->state().attempts) text += " " + to_text(attempt);
  for (const auto& [attempt, kept] : host_.spool) text += " spooled " + to_text(attempt);
  return text + "; ";
}

}  // namespace argosy::sim
