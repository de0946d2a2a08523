#include "catalog/guard.h"

#include <algorithm>
#include <chrono>

#include "catalog/hosts.h"

namespace argosy::catalog {
namespace {

using Clock = std::chrono::steady_clock;

Duration since(Clock::time_point began) {
  return {std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count()};
}

// Why no answer will come; empty: it may.
std::string verdict_on(const std::vector<HostWord>& words, const HostWord& mine) {
  if (!mine.answered) return mine.host + " does not answer: " + mine.trouble;
  if (!mine.writable) return mine.host + " takes writes no longer";
  if (mine.waits.empty()) return mine.host + " has ended this session";
  const HostWord* primary = primary_of(words);
  if (primary != nullptr && primary->timeline > mine.timeline)
    return mine.host + " was failed over to " + primary->host + ": timeline " + std::to_string(mine.timeline) + " is older than " +
           std::to_string(primary->timeline);
  return {};
}

}  // namespace

Guard::Guard(GuardOptions options) : options_(std::move(options)) {
  if (options_.address.starts_with("postgres")) thread_ = std::thread([this] { run(); });
}

Guard::~Guard() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  change_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Guard::begin() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ++turn_;
  }
  change_.notify_one();
}

void Guard::end() {
  if (!thread_.joinable()) return;
  const std::lock_guard lock(mutex_);
  ++turn_;
}

// Most verbs last for a millisecond: the thread wakes once for a verb after a pause, then only each `patience`.
void Guard::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (turn_ % 2 == 0) {
      change_.wait(lock);
      continue;
    }
    const std::uint64_t turn = turn_;
    const auto began = Clock::now();
    while (!stop_ && turn_ == turn) {
      const auto patience = std::chrono::microseconds(options_.patience.us);
      const auto woken = Clock::now() + patience;
      change_.wait_until(lock, woken, [&] { return stop_ || Clock::now() >= woken; });
      if (stop_ || turn_ != turn) break;
      lock.unlock();
      look(since(began), turn);
      lock.lock();
    }
  }
}

bool Guard::still(std::uint64_t turn) {
  const std::lock_guard lock(mutex_);
  return !stop_ && turn_ == turn;
}

void Guard::look(Duration waited, std::uint64_t turn) {
  const auto tell = [&](const std::string& text) {
    if (options_.tell) options_.tell(text);
  };
  const auto place = line_->place();
  if (!place) return tell("no session with it could be opened yet");
  HostQuestion question;
  question.within = seconds(4);  // a machine may be busy; a primary elsewhere is heard at once
  question.host = place->host;
  question.backend = place->backend;
  const auto words = ask_hosts(options_.address, question);
  if (!still(turn)) return;  // answered while we asked
  const auto mine = std::find_if(words.begin(), words.end(), [&](const HostWord& w) { return w.host == place->host; });
  const std::string verdict = mine == words.end() ? "its host is not in the address" : verdict_on(words, *mine);
  if (!verdict.empty()) {
    tell(verdict + "; the session is closed");
    return line_->cut();
  }
  if (mine->waits != "SyncRep") return tell("waits for " + mine->host + " (" + mine->waits + ")");
  tell("waits for its synchronous standby");
  if (options_.standby_patience.us > 0 && waited >= options_.standby_patience) line_->cut();
}

}  // namespace argosy::catalog
