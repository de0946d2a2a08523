#include "worker/keeper_protocol.h"

#include <cstring>
#include <string_view>
#include <type_traits>

#include "base/check.h"

namespace argosy::keeper {
namespace {

template <class Out>
class Writer {
 public:
  Writer(Out& out, std::uint8_t kind) : out_(out), start_(out.size()) {
    visit(std::uint32_t{0});  // the length, once it is known
    visit(kind);
  }

  ~Writer() {
    const auto length = static_cast<std::uint32_t>(out_.size() - start_);
    std::memcpy(out_.data() + start_, &length, sizeof length);
  }

  template <class... Fields>
  void all(const Fields&... fields) {
    (visit(fields), ...);
  }

 private:
  template <class T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void visit(T value) {
    out_.append(std::string_view(reinterpret_cast<const char*>(&value), sizeof value));
  }

  void visit(std::string_view text) {
    visit(static_cast<std::uint32_t>(text.size()));
    out_.append(text);
  }
  void visit(const std::string& text) { visit(std::string_view(text)); }
  void visit(const SecretText& text) { visit(text.view()); }

  template <class T>
  void visit(const std::vector<T>& list) {
    visit(static_cast<std::uint32_t>(list.size()));
    for (const T& item : list) visit(item);
  }

  template <class T>
  void visit(const std::optional<T>& maybe) {
    visit(maybe.has_value());
    if (maybe) visit(*maybe);
  }

  void visit(Time t) { visit(t.us); }
  void visit(WallTime t) { visit(t.us); }
  void visit(Duration d) { visit(d.us); }
  void visit(const TaskUser& user) { all(user.uid, user.gid, user.groups); }

  Out& out_;
  std::size_t start_;
};

class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  ~Reader() { CHECK(in_.empty()); }

  template <class... Fields>
  void all(Fields&... fields) {
    (visit(fields), ...);
  }

 private:
  const char* take(std::size_t n) {
    CHECK(n <= in_.size());
    const char* at = in_.data();
    in_.remove_prefix(n);
    return at;
  }

  template <class T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void visit(T& value) {
    std::memcpy(&value, take(sizeof value), sizeof value);
  }

  std::uint32_t count() {
    std::uint32_t n = 0;
    visit(n);
    CHECK(n <= in_.size());
    return n;
  }

  void visit(std::string& text) {
    const std::uint32_t n = count();
    text.assign(take(n), n);
  }
  void visit(SecretText& text) {
    const std::uint32_t n = count();
    text.append({take(n), n});
  }

  template <class T>
  void visit(std::vector<T>& list) {
    list.resize(count());
    for (T& item : list) visit(item);
  }

  template <class T>
  void visit(std::optional<T>& maybe) {
    bool there = false;
    visit(there);
    if (there) visit(maybe.emplace());
  }

  void visit(Time& t) { visit(t.us); }
  void visit(WallTime& t) { visit(t.us); }
  void visit(Duration& d) { visit(d.us); }
  void visit(TaskUser& user) { all(user.uid, user.gid, user.groups); }

  std::string_view in_;
};

// One line a word: its fields in the order of the wire, for both directions.
template <class Visitor, class Order>
void fields(Visitor& v, Order& o) requires(std::is_same_v<std::remove_const_t<Order>, StartOrder>) {
  v.all(o.token, o.after, o.argv, o.env, o.fresh_directory, o.links_from, o.directory, o.user, o.limits.files,
        o.limits.processes, o.limits.memory_bytes, o.lease_deadline, o.secrets_path, o.secrets);
}
template <class Visitor, class Order>
void fields(Visitor& v, Order& o) requires(std::is_same_v<std::remove_const_t<Order>, ExtendOrder>) {
  v.all(o.token, o.lease_deadline);
}
template <class Visitor, class Order>
void fields(Visitor& v, Order& o) requires(std::is_same_v<std::remove_const_t<Order>, StopOrder>) {
  v.all(o.token, o.grace);
}
template <class Visitor, class Order>
void fields(Visitor& v, Order& o) requires(std::is_same_v<std::remove_const_t<Order>, RecallOrder>) {
  v.all(o.token);
}
template <class Visitor, class Event>
void fields(Visitor& v, Event& e) requires(std::is_same_v<std::remove_const_t<Event>, KeeperReady>) {
  v.all(e.pid);
}
template <class Visitor, class Event>
void fields(Visitor& v, Event& e) requires(std::is_same_v<std::remove_const_t<Event>, TaskStarted>) {
  v.all(e.token, e.pid, e.at);
}
template <class Visitor, class Event>
void fields(Visitor& v, Event& e) requires(std::is_same_v<std::remove_const_t<Event>, TaskNotStarted>) {
  v.all(e.token, e.step, e.error, e.reason);
}
template <class Visitor, class Event>
void fields(Visitor& v, Event& e) requires(std::is_same_v<std::remove_const_t<Event>, TaskExited>) {
  v.all(e.token, e.exit_code, e.signal, e.core_dumped, e.cause, e.at, e.ran, e.swept, e.usage.user_time,
        e.usage.system_time, e.usage.max_resident_bytes);
}
template <class Visitor, class Event>
void fields(Visitor&, Event&) requires(std::is_same_v<std::remove_const_t<Event>, KeeperDied>) {
  CHECK(false);  // never said on the wire
}

template <class Words, class Out>
void put(const Words& words, Out& out) {
  std::visit(
      [&](const auto& word) {
        Writer writer(out, static_cast<std::uint8_t>(words.index()));
        fields(writer, word);
      },
      words);
}

template <class Words, std::size_t index = 0>
Words read(std::size_t kind, std::string_view body) {
  if constexpr (index == std::variant_size_v<Words>) {
    check_failed(__FILE__, __LINE__, "a word of this build");
  } else {
    if (kind != index) return read<Words, index + 1>(kind, body);
    std::variant_alternative_t<index, Words> word;
    Reader reader(body);
    fields(reader, word);
    return word;
  }
}

template <class Words>
std::optional<Words> take_word(std::string_view bytes, std::size_t& at) {
  constexpr std::size_t head = sizeof(std::uint32_t) + 1;
  if (bytes.size() - at < head) return std::nullopt;
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + at, sizeof length);
  CHECK(length >= head);
  if (bytes.size() - at < length) return std::nullopt;
  const auto kind = static_cast<std::uint8_t>(bytes[at + sizeof length]);
  Words word = read<Words>(kind, bytes.substr(at + head, length - head));
  at += length;
  return word;
}

}  // namespace

void put_order(const KeeperOrder& order, SecretText& out) {
  put(order, out);
}
void put_event(const KeeperEvent& event, std::string& out) {
  put(event, out);
}

std::optional<KeeperOrder> take_order(std::string_view bytes, std::size_t& at) {
  return take_word<KeeperOrder>(bytes, at);
}

std::optional<KeeperEvent> take_event(std::string_view bytes, std::size_t& at) {
  return take_word<KeeperEvent>(bytes, at);
}

}  // namespace argosy::keeper
