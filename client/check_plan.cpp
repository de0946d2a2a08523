#include "client/check_plan.h"

#include <charconv>

#include "base/text.h"
#include "fabric/trust.h"

namespace argosy::client {
namespace {

constexpr std::size_t kPartyNameBytes = 64;  // as the roster takes it

// It is written between quotes into TOML files.
Status check_text(const std::string& what, const std::string& text) {
  if (text.find_first_of("\"\\") == std::string::npos && printable(text, text.size() * 4 + 1) == text) return Done{};
  return Error{what + " '" + printable(text) + "': no quotes, backslashes, line breaks or other control characters"};
}

Status check_address(const std::string& what, const std::string& text) {
  const Error wrong{what + " '" + printable(text) + "': write tcp://HOST:PORT, with a port of 1 to 65535"};
  if (!fabric::host_of(text)) return wrong;
  unsigned port = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + text.rfind(':') + 1, end, port);
  if (error != std::errc() || at != end || port < 1 || port > 65535) return wrong;
  return check_text(what, text);
}

Status check_folder(const std::filesystem::path& folder) {
  const Layout layout{folder};
  if (std::filesystem::exists(layout.cluster())) return Error{folder.string() + " is a cluster's folder already; name another with --dir"};
  for (const auto& file : {layout.authority(), layout.authority_key()}) {
    if (!std::filesystem::exists(file)) continue;
    return Error{folder.string() + " holds " + file.filename().string() + ", but no cluster.toml: an init that was cut off, or a worker's folder; "
                                   "remove it, or name another with --dir"};
  }
  return Done{};
}

}  // namespace

Status check_party(const std::string& name, const std::string& what) {
  if (is_name(name) && name.size() <= kPartyNameBytes) return Done{};
  return Error{"'" + printable(name) + "' is no name of " + what + ": letters, digits, '_', '-' and '.', at most 64 bytes"};
}

Status check_plan(const ClusterPlan& plan) {
  for (const auto* names : {&plan.operators, &plan.submitters}) {
    for (const auto& name : *names) {
      if (auto good = check_party(name, "an operator or submitter"); !good) return good;
    }
  }
  if (auto good = check_text("--name", plan.name); !good) return good;
  if (auto good = check_text("--catalog", plan.catalog); !good) return good;
  if (auto good = check_address("--endpoint", plan.endpoint); !good) return good;
  if (!plan.listen.empty()) {
    if (auto good = check_address("--listen", plan.listen); !good) return good;
  }
  return check_folder(plan.folder);
}

}  // namespace argosy::client
