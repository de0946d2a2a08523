// Words that cannot be decoded. The broker carries bodies unread: it is here that they are found, and that their speaker is told.
//
// Owner: the shell. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "schemas/codec.h"

namespace argosy::master {

class Undecodable {
 public:
  static constexpr int kToldPerSecond = 20;  // all speakers together; more are only counted

  // Refused, for the word's speaker. Nothing: a broker said it, or enough was told this second. `heard`: empty where the envelope
  // itself could not be decoded.
  std::optional<Refused> take(Time now, const Envelope& heard, std::string_view body, const DecodeError& why);
  std::uint64_t count() const { return count_; }

 private:
  std::uint64_t count_ = 0;
  Time second_;  // that `told_` counts
  int told_ = 0;
};

}  // namespace argosy::master
