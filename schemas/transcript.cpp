#include "schemas/transcript.h"

#include <charconv>
#include <map>
#include <optional>
#include <type_traits>
#include <vector>

#include "base/quantity.h"
#include "base/text.h"
#include "schemas/bytes.h"
#include "schemas/codec_writer.h"
#include "schemas/fields.h"
#include "schemas/names.h"
#include "schemas/reflect.h"

namespace argosy {
namespace {

constexpr std::size_t kCut = 60;

// Prints a value and what is in it. Whole: defaults too, and strings uncut.
class Printer {
 public:
  explicit Printer(bool whole) : whole_(whole) {}

  std::string take() { return std::move(out_); }

  template <class T>
  void print_fields(T& x, std::string_view separator) {
    FieldPrinter printer{*this, reflect::type_name<T>(), separator};
    wire::fields(x, printer);
  }

  void print(bool x) { out_ += x ? "true" : "false"; }
  void print(double x) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, x).ptr;
    out_.append(buffer, end);
  }
  void print(const std::string& x) { out_ += '"' + printable(x, whole_ ? x.size() * 4 + 4 : kCut) + '"'; }
  void print(const Bytes<std::string>& x) { print_bytes(x.of); }
  template <class Tag, class Rep>
  void print(const Id<Tag, Rep>& x) { print(x.value); }
  void print(const Duration& x) { out_ += x.us < 0 ? std::to_string(x.us) + "us" : format_duration(x); }
  void print(const Time& x) { print(x.us); }
  void print(const WallTime& x) { print(x.us); }
  void print(const ItemRef& x) { out_ += to_text(x); }
  void print(const AttemptRef& x) { out_ += to_text(x); }
  void print(const ShardTerm& x) { out_ += std::to_string(x.shard.value) + "@" + std::to_string(x.term.value); }
  void print(const std::map<std::string, std::string>& x) { print_map(x, false); }
  void print(const Bytes<std::map<std::string, std::string>>& x) { print_map(x.of, true); }
  template <class T>
  void print(const std::optional<T>& x) { x ? print(*x) : void(out_ += "none"); }
  template <class T>
  void print(const std::vector<T>& x) {
    out_ += '[';
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (i > 0) out_ += ", ";
      print(x[i]);
    }
    out_ += ']';
  }
  template <class T>
  void print(const T& x) {
    if constexpr (std::is_enum_v<T>) {
      out_ += reflect::enum_name(x);
    } else if constexpr (std::is_integral_v<T>) {
      out_ += std::to_string(x);
    } else {
      out_ += '{';
      print_fields(const_cast<T&>(x), ", ");  // visit() is one for reading and writing; a Printer changes nothing
      out_ += '}';
    }
  }

 private:
  struct FieldPrinter {
    Printer& printer;
    std::string_view type;
    std::string_view separator;
    std::size_t index = 0;
    bool first = true;

    template <class T>
    void operator()(T&& x) {
      const std::size_t field = index++;
      if (!printer.whole_ && is_default(x)) return;
      if (!first) printer.out_ += separator;
      first = false;
      printer.out_ += field_name(type, field) + " ";
      printer.print(x);
    }
  };

  static bool is_default(const Bytes<std::string>& x) { return x.of.empty(); }
  static bool is_default(const Bytes<std::map<std::string, std::string>>& x) { return x.of.empty(); }
  template <class T>
  static bool is_default(const std::vector<T>& x) { return x.empty(); }
  template <class T>
  static bool is_default(const T& x) {
    if constexpr (requires { x == x; }) return x == T{};
    return false;
  }

  void print_bytes(const std::string& x) {
    out_ += std::to_string(x.size()) + " bytes";
    if (whole_) out_ += " " + hex(x);
  }
  void print_map(const std::map<std::string, std::string>& x, bool binary) {
    out_ += '{';
    std::string_view separator;
    for (const auto& [key, value] : x) {
      out_ += separator;
      separator = ", ";
      out_ += printable(key) + ": ";
      binary ? print_bytes(value) : print(value);
    }
    out_ += '}';
  }
  static std::string hex(const std::string& x) {
    std::string text;
    for (const char c : x) {
      text += "0123456789abcdef"[static_cast<std::uint8_t>(c) >> 4];
      text += "0123456789abcdef"[static_cast<std::uint8_t>(c) & 15];
    }
    return text;
  }

  bool whole_;
  std::string out_;
};

std::string to_text(const Address& address) {
  if (address.role == Role::none) return "?";
  std::string text(to_string(address.role));
  if (!address.name.empty() || address.connection.value > 0) text += "/" + address.name;
  if (address.connection.value > 0) text += "/" + std::to_string(address.connection.value);
  return text;
}

}  // namespace

std::string to_text(const ItemRef& item) {
  return std::to_string(item.execution.value) + "." + std::to_string(item.task.value) + "." +
         std::to_string(item.item.value);
}

std::string to_text(const AttemptRef& attempt) {
  return to_text(attempt.item) + "#" + std::to_string(attempt.attempt.value);
}

std::string to_text(const Word& word) {
  Printer printer(false);
  const std::string body = std::visit(
      [&](const auto& held) {
        printer.print(held);
        return printer.take();
      },
      word);
  return std::string(word_name(word_of(word))) + body;
}

std::string to_text(const Envelope& envelope) {
  std::string text = to_text(envelope.from) + " → " + to_text(envelope.to) + " ";
  text += word_name(envelope.word);
  text += " v" + std::to_string(envelope.version) + " epoch " + std::to_string(envelope.epoch.number) + "/" +
          envelope.epoch.broker + " connection " + std::to_string(envelope.connection.value) + " shard " +
          std::to_string(envelope.reign.shard.value) + " term " + std::to_string(envelope.reign.term.value);
  return text;
}

std::string to_text(const Message& message) {
  return to_text(message.envelope) + " " + to_text(message.word);
}

std::string to_lines(const Message& message) {
  Printer envelope(true), word(true);
  envelope.print_fields(const_cast<Envelope&>(message.envelope), "\n  ");
  std::string text = "Envelope\n  " + envelope.take() + "\n" + std::string(word_name(word_of(message.word))) + "\n  ";
  std::visit([&](const auto& held) { word.print_fields(const_cast<std::decay_t<decltype(held)>&>(held), "\n  "); },
             message.word);
  return text + word.take() + "\n";
}

}  // namespace argosy
