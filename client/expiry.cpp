#include "client/expiry.h"

#include "fabric/certificates.h"
#include "fabric/clock.h"

namespace argosy::client {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kWarnDays = 30;

}  // namespace

Result<std::vector<std::string>> expiring_soon(const std::filesystem::path& file) {
  const auto certificates = fabric::Certificate::load(file);
  if (!certificates) return certificates.error();
  std::vector<std::string> sentences;
  for (const auto& one : *certificates) {
    const std::int64_t left = (one.facts().not_after - fabric::read_wall()).us;
    if (left >= kWarnDays * kDayUs) continue;
    const std::string what = "the certificate in " + file.filename().string();
    sentences.push_back(left < 0 ? what + " has expired" : what + " expires in " + std::to_string(left / kDayUs) + " days");
  }
  return sentences;
}

}  // namespace argosy::client
