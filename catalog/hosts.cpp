#include "catalog/hosts.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>

namespace argosy::catalog {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::map<std::string, std::string> values;
  std::string trouble;
};

Options parse(const std::string& address) {
  Options out;
  char* trouble = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(address.c_str(), &trouble);
  if (parsed == nullptr) {
    out.trouble = trouble != nullptr ? trouble : "not an address of PostgreSQL";
    if (trouble != nullptr) PQfreemem(trouble);
    return out;
  }
  for (const PQconninfoOption* each = parsed; each->keyword != nullptr; ++each) {
    if (each->val != nullptr) out.values[each->keyword] = each->val;
  }
  PQconninfoFree(parsed);
  const std::pair<const char*, const char*> prompt[] = {{"connect_timeout", "2"}, {"tcp_user_timeout", "3000"},
      {"keepalives_idle", "1"}, {"keepalives_interval", "1"}, {"keepalives_count", "3"}};
  for (const auto& [name, value] : prompt) out.values.emplace(name, value);
  return out;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  if (list.empty()) return out;
  for (std::size_t at = 0;;) {
    const std::size_t comma = list.find(',', at);
    out.push_back(list.substr(at, comma - at));
    if (comma == std::string::npos) return out;
    at = comma + 1;
  }
}

// Every host with the options of the whole address. One without a host at all: itself.
std::vector<std::map<std::string, std::string>> each_host(const Options& options) {
  const auto get = [&](const char* name) {
    const auto found = options.values.find(name);
    return found == options.values.end() ? std::vector<std::string>() : split(found->second);
  };
  const auto hosts = get("host"), addresses = get("hostaddr"), ports = get("port");
  std::vector<std::map<std::string, std::string>> out;
  for (std::size_t i = 0; i < std::max<std::size_t>({hosts.size(), addresses.size(), 1}); ++i) {
    auto one = options.values;
    const auto set = [&](const char* name, const std::vector<std::string>& list) {
      if (!list.empty()) one[name] = list.size() == 1 ? list[0] : i < list.size() ? list[i] : "";
    };
    set("host", hosts), set("hostaddr", addresses), set("port", ports);
    out.push_back(std::move(one));
  }
  return out;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      constexpr char digits[] = "0123456789ABCDEF";
      out += '%';
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::string url_of(const std::map<std::string, std::string>& options) {
  std::string out = "postgresql://";
  char mark = '?';
  for (const auto& [name, value] : options) {
    if (value.empty()) continue;
    out += mark + name + "=" + escaped(value);
    mark = '&';
  }
  return out;
}

std::string name_of(const std::map<std::string, std::string>& options) {
  const auto get = [&](const char* name) {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  };
  std::string host = get("host");
  if (host.empty()) host = get("hostaddr");
  if (host.empty()) host = "local socket";
  return host + ":" + (get("port").empty() ? "5432" : get("port"));
}

std::string first_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (const std::size_t end = text.find('\n'); end != std::string::npos) text.resize(end);
  return text;
}

// What libpq says of an address, without what it quotes of it, which may be a password; the name of an option is none.
std::string without_values(const std::string& told) {
  const std::size_t from = told.find('"'), to = told.rfind('"');
  if (from == to) return told;
  const bool name = std::all_of(told.begin() + static_cast<std::ptrdiff_t>(from) + 1, told.begin() + static_cast<std::ptrdiff_t>(to),
                                [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  return name ? told : told.substr(0, std::min(told.find(": \""), told.size()));
}

bool is_port(const std::string& text) {
  const bool digits = std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
  return digits && text.size() <= 5 && std::stoi(text) >= 1 && std::stoi(text) <= 65535;
}

// Of options with few values: libpq tells a wrong one only where it connects.
const std::map<std::string, std::vector<std::string>> kWords = {
    {"sslmode", {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}},
    {"target_session_attrs", {"any", "read-write", "read-only", "primary", "standby", "prefer-standby"}}};

// One connection on its way: it connects, asks, and is done.
class Probe {
 public:
  Probe(const std::map<std::string, std::string>& options, std::int64_t backend) {
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
  const Options options = parse(address);
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

std::string address_trouble(const std::string& address) {
  const Options options = parse(address);
  if (!options.trouble.empty()) return without_values(first_line(options.trouble));
  const auto value = [&](const std::string& name) {
    const auto found = options.values.find(name);
    return found == options.values.end() ? std::string() : found->second;
  };
  for (const std::string& port : split(value("port"))) {
    if (!port.empty() && !is_port(port)) return "port '" + port + "' is none of 1 to 65535";
  }
  for (const auto& [name, words] : kWords) {
    if (const std::string word = value(name); !word.empty() && !std::count(words.begin(), words.end(), word))
      return name + " '" + word + "' is none that PostgreSQL knows";
  }
  return {};
}

std::string with_prompt_options(const std::string& address) {
  const Options options = parse(address);
  const auto hosts = each_host(options);
  return options.trouble.empty() && hosts.size() == 1 ? url_of(hosts.front()) : address;
}

std::string first_host(const std::string& address) {
  return name_of(each_host(parse(address)).front());
}

std::size_t count_hosts(const std::string& address) {
  const Options options = parse(address);
  if (!options.trouble.empty() || (!options.values.contains("host") && !options.values.contains("hostaddr"))) return 0;
  return each_host(options).size();
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
