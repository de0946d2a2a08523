#include "tests/sim/worker_host.h"

#include "schemas/transcript.h"

namespace argosy::sim {

WorkerHost::WorkerHost(Stage& stage, const Workload& workload, std::string worker, HostClock clock)
    : stage_(stage), workload_(workload), worker_(std::move(worker)), clock_(clock) {}

void WorkerHost::start_keeper(SessionId session, Listener listener) {
  keeper_up_ = true;
  ++keeper_life_;
  keeper_session_ = session;
  listener_ = std::move(listener);
}

void WorkerHost::worker_died() {
  listener_.reset();
  if (!keeper_up_) return;
  stage_.agenda.after(stage_.up_to(milliseconds(30)), [this, life = keeper_life_] {
    if (life != keeper_life_ || !keeper_up_) return;
    keeper_up_ = false;
    for (const auto& [attempt, task] : tasks_) kill(attempt, milliseconds(150));
  });
}

void WorkerHost::kill_keeper() {
  if (!keeper_up_) return;
  keeper_up_ = false;
  ++keeper_life_;
  listener_.reset();
  for (const auto& [attempt, task] : tasks_) kill(attempt, milliseconds(20));
}

void WorkerHost::reboot() {
  keeper_up_ = false;
  ++keeper_life_;
  listener_.reset();
  boot_id = "boot-" + std::to_string(++boots_);
  std::map<AttemptRef, RunningTask> gone;
  gone.swap(tasks_);
  for (const auto& [attempt, task] : gone) {
    stage_.witnesses.tell([&](Witness& witness) { witness.gone(task.deed); });
  }
}

void WorkerHost::start_task(const worker::StartTask& order, std::string content) {
  if (clock_.steady(stage_.agenda.now()) >= order.lease_deadline && stage_.bug != Bug::deadline_ignored &&
      stage_.bug != Bug::late_run_obeyed) {
    AttemptEnd end;
    end.attempt = order.attempt;
    end.reason = EndReason::lease_ended;
    end.ended_at = clock_.now(stage_.agenda.now()).wall;
    if (listener_) listener_->ended(order.attempt, end);
    return;
  }
  if (tasks_.contains(order.attempt)) return;
  RunningTask& task = tasks_[order.attempt];
  task.serial = ++last_serial_;
  task.deed = {order.attempt, worker_, keeper_session_, false, -1, 0, stage_.store.life(), std::move(content)};
  task.plan = workload_.behaviour(order.attempt, task.deed.life);
  task.started_at = clock_.now(stage_.agenda.now()).wall;
  task.deadline = order.lease_deadline;
  stage_.note(worker_ + " runs " + to_text(order.attempt));
  stage_.witnesses.tell([&](Witness& witness) { witness.began(task.deed); });
  if (listener_) listener_->started(order.attempt, 1'000 + task.serial);
  guard(order.attempt, task.serial);
  go_on(order.attempt, task.serial);
}

void WorkerHost::extend(AttemptRef attempt, Time deadline) {
  const auto it = tasks_.find(attempt);
  if (it == tasks_.end() || !keeper_up_ || it->second.lease_ran_out) return;
  it->second.deadline = deadline;
  guard(attempt, it->second.serial);
}

bool WorkerHost::runs_for(Duration long_time) const {
  const WallTime until = clock_.now(stage_.agenda.now()).wall + long_time;
  for (const auto& [attempt, task] : tasks_) {
    if (task.started_at + task.plan.run >= until) return true;
  }
  return false;
}

void WorkerHost::stop(AttemptRef attempt, Duration grace) {
  const auto it = tasks_.find(attempt);
  if (it == tasks_.end() || !keeper_up_ || it->second.killed_by != 0) return;
  if (grace <= Duration{}) return kill(attempt, milliseconds(150));
  it->second.killed_by = 15;
  const Duration takes = std::min(grace, it->second.plan.term_takes);
  const bool obeys = it->second.plan.term_takes <= grace;
  stage_.agenda.after(takes, [this, attempt, serial = it->second.serial, obeys] {
    RunningTask* task = find(attempt, serial);
    if (task == nullptr) return;
    if (obeys) return over(attempt, serial, false);
    kill(attempt, milliseconds(150));
  });
}

void WorkerHost::sweep(std::function<void()> done) {
  for (const auto& [attempt, task] : tasks_) kill(attempt, milliseconds(100));
  keeper_up_ = false;
  ++keeper_life_;
  stage_.agenda.after(milliseconds(160), [this, done = std::move(done)]() mutable {
    if (tasks_.empty()) return done();
    sweep(std::move(done));
  });
}

WorkerHost::RunningTask* WorkerHost::find(AttemptRef attempt, std::uint64_t serial) {
  const auto it = tasks_.find(attempt);
  return it == tasks_.end() || it->second.serial != serial ? nullptr : &it->second;
}

// The next thing that the process does: write, or come to its end.
void WorkerHost::go_on(AttemptRef attempt, std::uint64_t serial) {
  RunningTask* task = find(attempt, serial);
  if (task == nullptr) return;
  const Duration age = clock_.now(stage_.agenda.now()).wall - task->started_at - task->held_up;
  if (task->writes_done < task->plan.writes.size()) {
    const auto [when, bytes] = task->plan.writes[task->writes_done];
    if (age >= when) {
      if (listener_ && listener_->output_blocked()) {
        task->held_up = task->held_up + milliseconds(50);
        return stage_.agenda.after(milliseconds(50), [this, attempt, serial] { go_on(attempt, serial); });
      }
      ++task->writes_done;
      task->deed.log_bytes += bytes;
      if (listener_) listener_->wrote(task->deed, bytes);
      return go_on(attempt, serial);
    }
    return stage_.agenda.after(when - age, [this, attempt, serial] { go_on(attempt, serial); });
  }
  if (age >= task->plan.run) return over(attempt, serial, true);
  stage_.agenda.after(task->plan.run - age, [this, attempt, serial] { go_on(attempt, serial); });
}

// The keeper's own timer.
void WorkerHost::guard(AttemptRef attempt, std::uint64_t serial) {
  RunningTask* task = find(attempt, serial);
  if (task == nullptr || stage_.bug == Bug::deadline_ignored) return;
  const Time when = clock_.virtual_time(task->deadline);
  stage_.agenda.at(when, [this, attempt, serial, deadline = task->deadline, life = keeper_life_] {
    RunningTask* guarded = find(attempt, serial);
    if (guarded == nullptr || guarded->deadline != deadline || life != keeper_life_ || !keeper_up_) return;
    stage_.note(worker_ + "'s keeper ends " + to_text(attempt) + ": its lease is over");
    guarded->lease_ran_out = true;
    kill(attempt, milliseconds(150));
  });
}

void WorkerHost::kill(AttemptRef attempt, Duration within) {
  const auto it = tasks_.find(attempt);
  if (it == tasks_.end()) return;
  it->second.killed_by = 9;
  stage_.agenda.after(stage_.up_to(within), [this, attempt, serial = it->second.serial] {
    if (find(attempt, serial) != nullptr) over(attempt, serial, false);
  });
}

void WorkerHost::over(AttemptRef attempt, std::uint64_t serial, bool by_itself) {
  RunningTask* task = find(attempt, serial);
  if (task == nullptr) return;
  task->deed.by_itself = by_itself;
  task->deed.exit_code = by_itself && task->plan.signal == 0 ? task->plan.exit_code : -1;
  const AttemptEnd end = end_of(*task, by_itself);
  const Deed deed = task->deed;
  tasks_.erase(attempt);
  stage_.note(worker_ + ": " + to_text(attempt) + " is gone" + (by_itself ? " by itself" : ""));
  stage_.witnesses.tell([&](Witness& witness) { witness.gone(deed); });
  if (listener_) listener_->ended(attempt, end);
}

AttemptEnd WorkerHost::end_of(const RunningTask& task, bool by_itself) const {
  AttemptEnd end;
  end.attempt = task.deed.attempt;
  end.started_at = task.started_at;
  end.ended_at = clock_.now(stage_.agenda.now()).wall;
  end.exit_code = task.deed.exit_code;
  end.signal = by_itself ? task.plan.signal : task.killed_by;
  if (by_itself) {
    end.reason = task.plan.signal != 0 ? EndReason::signal
                 : task.plan.exit_code != 0 ? EndReason::exit_status : EndReason::succeeded;
  } else {
    end.reason = task.lease_ran_out ? EndReason::lease_ended : EndReason::signal;
  }
  return end;
}

}  // namespace argosy::sim
