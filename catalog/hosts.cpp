#include "catalog/hosts.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "catalog/address.h"

namespace argosy::catalog {
namespace {

using Clock = std::chrono::steady_clock;

// One connection on its way: it connects, asks, and is done.
class Probe {
 public:
  Probe(const HostOptions& options, std::int64_t backend) {
    word_.host = name_of(options);
    word_.address = url_of(options);
    auto mine = options;
    mine.erase("target_session_attrs");
    mine["application_name"] = "argosy hosts";
    std::vector<const char*> names, values;
    for (const auto& [name, value] : mine) names.push_back(name.c_str()), values.push_back(value.c_str());
    names.push_back(nullptr), values.push_back(nullptr);
    connection_ = PQconnectStartParams(names.data(), values.data(), 0);
    question_ = question(backend);
    if (connection_ == nullptr || PQstatus(connection_) == CONNECTION_BAD) fail();
    if (connection_ != nullptr)
      PQsetNoticeReceiver(connection_, [](void*, const PGresult*) {}, nullptr);
  }
  ~Probe() {
    if (connection_ != nullptr) PQfinish(connection_);
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  bool done() const { return done_; }
  pollfd waits_for() const { return {done_ ? -1 : PQsocket(connection_), events_, 0}; }
  HostWord& word() { return word_; }

  void turn() {
    if (done_) return;
    asking_ ? listen() : connect();
  }

 private:
  static std::string question(std::int64_t backend) {
    return "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'off', CASE WHEN pg_is_in_recovery() THEN "
           "coalesce((SELECT received_tli FROM pg_stat_wal_receiver), 0) ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, "
           "8))::bit(32)::int END, coalesce((SELECT coalesce(wait_event, state, '?') FROM pg_stat_activity WHERE pid = " + std::to_string(backend) +
           "), ''), coalesce((SELECT string_agg(application_name || ' ' || sync_state || CASE WHEN pg_is_in_recovery() THEN '' ELSE "
           "', ' || pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn) || ' bytes behind' END, '; ') FROM pg_stat_replication WHERE "
           "sync_state IS NOT NULL), '')";
  }

  void fail() {
    word_.trouble = connection_ == nullptr ? "out of memory" : first_line(PQerrorMessage(connection_));
    done_ = true;
  }

  void connect() {
    switch (PQconnectPoll(connection_)) {
      case PGRES_POLLING_READING: events_ = POLLIN; return;
      case PGRES_POLLING_WRITING: events_ = POLLOUT; return;
      case PGRES_POLLING_OK: break;
      default: return fail();
    }
    asking_ = true;
    events_ = POLLIN;
    if (PQsendQuery(connection_, question_.c_str()) == 0) fail();
  }

  void listen() {
    if (PQconsumeInput(connection_) == 0) return fail();
    if (PQisBusy(connection_) != 0) return;
    PGresult* result = PQgetResult(connection_);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
      word_.trouble = first_line(PQresultErrorMessage(result));
    } else {
      const auto cell = [&](int column) { return std::string(PQgetvalue(result, 0, column)); };
      word_.answered = true;
      word_.standby = cell(0) == "t";
      word_.writable = cell(1) == "t" && !word_.standby;
      word_.timeline = std::stoll(cell(2));
      word_.waits = cell(3);
      word_.sync = cell(4);
    }
    PQclear(result);
    done_ = true;
  }

  PGconn* connection_ = nullptr;
  std::string question_;
  HostWord word_;
  short events_ = POLLOUT;
  bool asking_ = false;
  bool done_ = false;
};

void run(std::vector<std::unique_ptr<Probe>>& probes, const HostQuestion& question) {
  auto deadline = Clock::now() + std::chrono::microseconds(question.within.us);
  bool hurried = question.grace.us < 0;
  while (true) {
    const bool all = std::all_of(probes.begin(), probes.end(), [](const auto& p) { return p->done(); });
    const bool one = std::any_of(probes.begin(), probes.end(), [](const auto& p) { return p->word().writable; });
    if (one && !hurried) {
      hurried = true;
      deadline = std::min(deadline, Clock::now() + std::chrono::microseconds(question.grace.us));
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (all || left <= 0) return;
    std::vector<pollfd> waits;
    for (const auto& probe : probes) waits.push_back(probe->waits_for());
    poll(waits.data(), waits.size(), static_cast<int>(left));
    for (std::size_t i = 0; i < probes.size(); ++i) {
      if (waits[i].revents != 0) probes[i]->turn();
    }
  }
}

std::mutex timelines_mutex;
std::map<std::string, std::int64_t>& timelines() {
  static std::map<std::string, std::int64_t> all;
  return all;
}

}  // namespace

std::vector<HostWord> ask_hosts(const std::string& address, const HostQuestion& question) {
  const AddressOptions options = read_address(address);
  if (!options.trouble.empty()) {
    HostWord word;
    word.host = "the address";
    word.trouble = first_line(options.trouble);
    return {word};
  }
  std::vector<std::unique_ptr<Probe>> probes;
  for (const auto& host : each_host(options))
    probes.push_back(std::make_unique<Probe>(host, name_of(host) == question.host ? question.backend : 0));
  run(probes, question);
  std::vector<HostWord> out;
  for (const auto& probe : probes) {
    if (!probe->done()) probe->word().trouble = "no answer";
    out.push_back(std::move(probe->word()));
  }
  return out;
}

const HostWord* primary_of(const std::vector<HostWord>& words) {
  const HostWord* best = nullptr;
  for (const HostWord& word : words) {
    if (word.writable && (best == nullptr || word.timeline > best->timeline)) best = &word;
  }
  return best;
}

std::string told(const std::vector<HostWord>& words) {
  std::string out;
  for (const HostWord& word : words) {
    if (!out.empty()) out += "; ";
    out += word.host + ": ";
    if (!word.answered) out += word.trouble;
    else if (word.standby) out += "a standby";
    else if (!word.writable) out += "read-only";
    else out += "read-write on timeline " + std::to_string(word.timeline);
  }
  return out;
}

std::int64_t latest_timeline(const std::string& address) {
  const std::lock_guard lock(timelines_mutex);
  return timelines()[address];
}

void saw_timeline(const std::string& address, std::int64_t timeline) {
  const std::lock_guard lock(timelines_mutex);
  std::int64_t& known = timelines()[address];
  known = std::max(known, timeline);
}

}  // namespace argosy::catalog
