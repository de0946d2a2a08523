#include "master/undecodable.h"

#include "schemas/request_of.h"
#include "schemas/rights.h"

namespace argosy::master {

std::optional<Refused> Undecodable::take(Time now, const Envelope& heard, std::string_view body, const DecodeError& why) {
  ++count_;
  if (heard.from.role != Role::worker && !roles::clients.has(heard.from.role)) return std::nullopt;
  if (second_ + seconds(1) <= now) {
    second_ = now;
    told_ = 0;
  }
  if (told_ >= kToldPerSecond) return std::nullopt;
  ++told_;
  return Refused{heard.word, why.reason, why.message, request_of(heard.word, body), {}};
}

}  // namespace argosy::master
