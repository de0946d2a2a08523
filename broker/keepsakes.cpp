#include "broker/keepsakes.h"

#include <charconv>
#include <string>
#include <system_error>

#include "base/text.h"
#include "fabric/private_file.h"
#include "schemas/codec.h"

namespace argosy::broker {

namespace {

// "17 b1\n"
Result<Epoch> parse_epoch(const std::string& text, const std::filesystem::path& file) {
  Epoch epoch;
  const char* end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data(), end, epoch.number);
  if (failed == std::errc() && rest < end && *rest == ' ' && text.back() == '\n') {
    epoch.broker.assign(rest + 1, end - 1);
    if (is_name(epoch.broker)) return epoch;
  }
  return Error{file.string() +
               ": is no epoch; peers know the highest: remove the file if there is no better copy"};
}

}  // namespace

Result<Keepsakes> Keepsakes::open(const std::filesystem::path& folder) {
  Keepsakes kept;
  kept.folder_ = folder;
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return Error{folder.string() + ": cannot make the broker's folder: " + failed.message()};

  if (const auto file = folder / "epoch"; std::filesystem::exists(file)) {
    const auto text = fabric::read_private_file(file);
    if (!text) return text.error();
    const auto epoch = parse_epoch(*text, file);
    if (!epoch) return epoch.error();
    kept.epoch_ = *epoch;
  }
  if (const auto file = folder / "roster"; std::filesystem::exists(file)) {
    const auto bytes = fabric::read_private_file(file);
    if (!bytes) return bytes.error();
    const auto roster = decode<Roster>(*bytes);
    if (!roster)
      return Error{file.string() + ": " + roster.error().message + "; remove it, masters push it again"};
    kept.roster_ = *roster;
  }
  if (const auto file = folder / "endpoint"; std::filesystem::exists(file)) {
    const auto bytes = fabric::read_private_file(file);
    if (!bytes) return bytes.error();
    const auto endpoint = decode<Endpoint>(*bytes);
    if (!endpoint)
      return Error{file.string() + ": " + endpoint.error().message + "; remove it, masters say it again"};
    kept.endpoint_ = *endpoint;
  }
  return kept;
}

Status Keepsakes::store(const Epoch& epoch) {
  const std::string text = std::to_string(epoch.number) + " " + epoch.broker + "\n";
  auto stored = fabric::write_private_file(folder_ / "epoch", text, fabric::Existing::replace);
  if (stored) epoch_ = epoch;
  return stored;
}

Status Keepsakes::store(const Endpoint& endpoint) {
  auto stored = fabric::write_private_file(folder_ / "endpoint", encode(endpoint), fabric::Existing::replace);
  if (stored) endpoint_ = endpoint;
  return stored;
}

Status Keepsakes::store(const Roster& roster) {
  auto stored = fabric::write_private_file(folder_ / "roster", encode(roster), fabric::Existing::replace);
  if (stored) roster_ = roster;
  return stored;
}

}  // namespace argosy::broker
