#include "catalog/address.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace argosy::catalog {
namespace {

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

}  // namespace

AddressOptions read_address(const std::string& address) {
  AddressOptions out;
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

std::vector<HostOptions> each_host(const AddressOptions& options) {
  const auto get = [&](const char* name) {
    const auto found = options.values.find(name);
    return found == options.values.end() ? std::vector<std::string>() : split(found->second);
  };
  const auto hosts = get("host"), addresses = get("hostaddr"), ports = get("port");
  std::vector<HostOptions> out;
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

std::string url_of(const HostOptions& options) {
  std::string out = "postgresql://";
  char mark = '?';
  for (const auto& [name, value] : options) {
    if (value.empty()) continue;
    out += mark + name + "=" + escaped(value);
    mark = '&';
  }
  return out;
}

std::string name_of(const HostOptions& options) {
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

std::string address_trouble(const std::string& address) {
  const AddressOptions options = read_address(address);
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
  const AddressOptions options = read_address(address);
  const auto hosts = each_host(options);
  return options.trouble.empty() && hosts.size() == 1 ? url_of(hosts.front()) : address;
}

std::string first_host(const std::string& address) {
  return name_of(each_host(read_address(address)).front());
}

std::size_t count_hosts(const std::string& address) {
  const AddressOptions options = read_address(address);
  if (!options.trouble.empty() || (!options.values.contains("host") && !options.values.contains("hostaddr"))) return 0;
  return each_host(options).size();
}

}  // namespace argosy::catalog
