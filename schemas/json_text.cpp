#include "schemas/json_text.h"

#include <cstdint>

namespace argosy {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Walks over one value, checking it. After a false, `error` is set.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at, JsonError& error) : text_(text), at_(at), error_(error) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }

  void blanks() {
    while (!done() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }

  bool fail(const char* what) {
    error_ = {at_, done() ? std::string(what) + ", but the text ends" : std::string(what)};
    return false;
  }

  bool take(char c, const char* what) {
    if (done() || text_[at_] != c) return fail(what);
    ++at_;
    return true;
  }

  bool value(int depth) {
    if (depth > kJsonDepth) return fail("nested too deeply");
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool string() {
    if (!take('"', "expected a string in double quotes")) return false;
    for (;;) {
      if (done()) return fail("expected a closing '\"'");
      const char c = text_[at_];
      if (static_cast<std::uint8_t>(c) < 0x20) return fail("a control character must be written as \\u00NN");
      ++at_;
      if (c == '"') return true;
      if (c == '\\' && !escape()) return false;
    }
  }

 private:
  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return fail("expected a JSON value");
    at_ += expected.size();
    return true;
  }

  bool digits() {
    if (!is_digit(peek())) return fail("expected a JSON value");
    while (is_digit(peek())) ++at_;
    return true;
  }

  bool number() {
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (peek() == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  bool unit(std::uint32_t& out) {
    out = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const int digit = done() ? -1 : hex_value(text_[at_]);
      if (digit < 0) return fail("expected four hexadecimal digits");
      out = out * 16 + static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  bool escape() {
    if (done()) return fail("expected an escape");
    const char c = text_[at_++];
    if (c != 'u') {
      if (std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos) return true;
      --at_;
      return fail("unknown escape");
    }
    std::uint32_t high = 0, low = 0;
    if (!unit(high)) return false;
    if (high == 0) return fail("NUL is not allowed in a value");
    if (high >= 0xDC00 && high <= 0xDFFF) return fail("half of a surrogate pair");
    if (high < 0xD800 || high > 0xDBFF) return true;
    if (!take('\\', "half of a surrogate pair") || !take('u', "half of a surrogate pair") || !unit(low))
      return false;
    return (low >= 0xDC00 && low <= 0xDFFF) || fail("half of a surrogate pair");
  }

  bool array(int depth) {
    ++at_;
    blanks();
    if (peek() == ']') return take(']', "");
    for (;;) {
      blanks();
      if (!value(depth + 1)) return false;
      blanks();
      if (peek() == ']') return take(']', "");
      if (!take(',', "expected ',' or ']'")) return false;
    }
  }

  bool object(int depth) {
    ++at_;
    blanks();
    if (peek() == '}') return take('}', "");
    for (;;) {
      blanks();
      if (!string()) return false;
      blanks();
      if (!take(':', "expected ':'")) return false;
      blanks();
      if (!value(depth + 1)) return false;
      blanks();
      if (peek() == '}') return take('}', "");
      if (!take(',', "expected ',' or '}'")) return false;
    }
  }

  std::string_view text_;
  std::size_t at_;
  JsonError& error_;
};

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&](std::uint32_t b) { out += static_cast<char>(b); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6)), byte(0x80 | (c & 63));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12)), byte(0x80 | ((c >> 6) & 63)), byte(0x80 | (c & 63));
  } else {
    byte(0xF0 | (c >> 18)), byte(0x80 | ((c >> 12) & 63)), byte(0x80 | ((c >> 6) & 63)),
        byte(0x80 | (c & 63));
  }
}

std::uint32_t unit_at(std::string_view text, std::size_t at) {
  std::uint32_t out = 0;
  for (std::size_t i = at; i < at + 4 && i < text.size(); ++i) {
    out = out * 16 + static_cast<std::uint32_t>(hex_value(text[i]) & 15);
  }
  return out;
}

// The characters of a valid string, its quotes taken off.
std::string decode(std::string_view inner) {
  std::string out;
  out.reserve(inner.size());
  for (std::size_t at = 0; at < inner.size(); ++at) {
    if (inner[at] != '\\' || at + 1 >= inner.size()) {
      out += inner[at];
      continue;
    }
    switch (const char c = inner[++at]) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        std::uint32_t code = unit_at(inner, at + 1);
        at += 4;
        if (code >= 0xD800 && code <= 0xDBFF) {
          code = 0x10000 + ((code - 0xD800) << 10) + (unit_at(inner, at + 3) - 0xDC00);
          at += 6;
        }
        append_utf8(out, code);
        break;
      }
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::optional<std::size_t> json_value_end(std::string_view text, std::size_t at, JsonError& error) {
  Scanner scanner(text, at, error);
  scanner.blanks();
  if (!scanner.value(0)) return std::nullopt;
  return scanner.at();
}

std::optional<JsonError> json_each_element(std::string_view text,
                                           const std::function<bool(std::string_view)>& each) {
  JsonError error;
  Scanner scanner(text, 0, error);
  scanner.blanks();
  if (!scanner.take('[', "expected '['")) return error;
  scanner.blanks();
  if (scanner.peek() == ']') {
    scanner.take(']', "");
  } else {
    for (;;) {
      scanner.blanks();
      const std::size_t start = scanner.at();
      if (!scanner.value(1)) return error;
      if (!each(text.substr(start, scanner.at() - start))) return std::nullopt;
      scanner.blanks();
      if (scanner.peek() == ']') {
        scanner.take(']', "");
        break;
      }
      if (!scanner.take(',', "expected ',' or ']'")) return error;
    }
  }
  scanner.blanks();
  if (!scanner.done()) return JsonError{scanner.at(), "something follows the array"};
  return std::nullopt;
}

std::optional<std::string> json_member(std::string_view text, std::string_view name) {
  JsonError error;
  Scanner scanner(text, 0, error);
  scanner.blanks();
  if (scanner.peek() != '{' || !is_json(text)) return std::nullopt;
  scanner.take('{', "");
  std::optional<std::string> found;
  for (scanner.blanks(); scanner.peek() == '"'; scanner.blanks()) {
    const std::size_t key = scanner.at();
    if (!scanner.string()) return std::nullopt;
    const bool wanted = decode(text.substr(key + 1, scanner.at() - key - 2)) == name;
    scanner.blanks();
    if (!scanner.take(':', "")) return std::nullopt;
    scanner.blanks();
    const std::size_t start = scanner.at();
    if (!scanner.value(1)) return std::nullopt;
    if (wanted) found = std::string(text.substr(start, scanner.at() - start));
    scanner.blanks();
    if (scanner.peek() == ',') scanner.take(',', "");
  }
  return found;
}

std::string json_plain(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"') return std::string(raw);
  return decode(raw.substr(1, raw.size() - 2));
}

bool is_json(std::string_view text) {
  JsonError error;
  Scanner scanner(text, 0, error);
  scanner.blanks();
  if (!scanner.value(0)) return false;
  scanner.blanks();
  return scanner.done();
}

}  // namespace argosy
