#include "fabric/whereabouts.h"

#include <charconv>

#include "fabric/certificates.h"
#include "fabric/private_file.h"
#include "fabric/trust.h"

namespace argosy::fabric {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kHead =
    "# The cluster moved: it is reached here, not where the configuration says. Remove this file to go back to that.\n";

Error wrong(std::string_view where, std::size_t line, const std::string& what) {
  return Error{std::string(where) + ":" + std::to_string(line) + ": " + what};
}

// Empty: taken; else what is wrong with the line.
std::string take_line(std::string_view line, Whereabouts& out) {
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) return "a line is `serial N`, `endpoint tcp://host:port` or `state told|reached`";
  const std::string_view key = line.substr(0, blank), value = line.substr(blank + 1);
  if (key == "serial") {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out.serial);
    return error == std::errc() && end == value.data() + value.size() && out.serial > 0 ? "" : "serial must be a number from 1";
  }
  if (key == "endpoint") {
    const auto host = host_of(std::string(value));
    out.endpoint = value;
    return host ? "" : host.error().message;
  }
  if (key == "state") {
    out.reached = value == "reached";
    return out.reached || value == "told" ? "" : "state must be told or reached";
  }
  return "unknown key " + std::string(key);
}

}  // namespace

std::string format_whereabouts(const Whereabouts& whereabouts) {
  return std::string(kHead) + "serial " + std::to_string(whereabouts.serial) + "\nendpoint " + whereabouts.endpoint + "\nstate " +
         (whereabouts.reached ? "reached" : "told") + "\n" + whereabouts.certificates;
}

Result<Whereabouts> parse_whereabouts(std::string_view text, std::string_view where) {
  Whereabouts out;
  std::size_t line_number = 0;
  while (!text.empty() && !text.starts_with(kBegin)) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    if (line.empty() || line.starts_with('#')) continue;
    if (const std::string trouble = take_line(line, out); !trouble.empty()) return wrong(where, line_number, trouble);
  }
  if (out.serial == 0 || out.endpoint.empty()) return wrong(where, line_number, "serial or endpoint is missing");
  const auto certificates = Certificate::all_from_pem(text, where);
  if (!certificates) return certificates.error();
  out.certificates = text;
  return out;
}

Result<std::optional<Whereabouts>> load_whereabouts(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::optional<Whereabouts>();
  const auto text = read_plain_file(file);
  if (!text) return text.error();
  auto parsed = parse_whereabouts(*text, file.string());
  if (!parsed) return parsed.error();
  return std::optional<Whereabouts>(std::move(*parsed));
}

Status save_whereabouts(const std::filesystem::path& file, const Whereabouts& whereabouts) {
  return write_plain_file(file, format_whereabouts(whereabouts), Existing::replace);
}

Result<std::vector<PublicKey>> believed_keys(const std::filesystem::path& authorities, const std::string& certificates,
                                             const std::string& endpoint, WallTime now) {
  const auto host = host_of(endpoint);
  if (!host) return host.error();
  const auto trusted = Certificate::load(authorities);
  if (!trusted) return trusted.error();
  const auto told = Certificate::all_from_pem(certificates, "certificate of " + endpoint);
  if (!told) return told.error();
  std::vector<PublicKey> keys;
  std::string trouble;
  for (const Certificate& each : *told) {  // two while keys are rotated
    const auto key = verify(*trusted, each, *host, now);
    if (key) keys.push_back(*key);
    else trouble = key.error().message;
  }
  if (keys.empty()) return Error{trouble};
  return keys;
}

}  // namespace argosy::fabric
