#include "broker/watch.h"

#include <algorithm>

namespace argosy::broker {

void Watch::begin(Time now) {
  others_.clear();
  for (const std::string& peer : options_.peers) others_[peer].own.heard = now;
  endpoint_ = Signs{};
  endpoint_.heard = now;
  nobody_since_ = now;
  not_before_ = now;
  begun_ = now;
}

void Watch::restart(Time now) {
  endpoint_ = Signs{};
  endpoint_.heard = now;
  nobody_since_ = now;
}

void Watch::write_off(Time now) {
  for (auto& [name, other] : others_) {
    if (serves(other) && !fresh(now, other)) other.said.duty = BrokerDuty::standby;
  }
}

void Watch::forgive(Time now) {
  for (auto& [name, other] : others_) {
    if (other.ever_heard) other.own.heard = now;
    other.own.refuses = false;
  }
  endpoint_.heard = now;
  endpoint_.refuses = false;
  nobody_since_ = now;
}

void Watch::heard(Time now, const std::string& peer, const Beat& beat) {
  Other* other = of(peer);
  if (other == nullptr) return;
  other->own.heard = now;
  other->own.refuses = false;
  other->ever_heard = true;
  other->wrong.clear();
  other->said = beat;
  if (serves(*other)) write_off(now);  // whoever served before
  const bool hands_to_another = beat.duty == BrokerDuty::leaving && !beat.take_over.empty() &&
                                beat.take_over != options_.name;
  if (serves(*other) || hands_to_another) nobody_since_ = now;
}

void Watch::heard_at_endpoint(Time now, const Beat& beat) {
  Other* other = of(beat.broker);
  if (other == nullptr) return;
  other->at_endpoint = now;
  if (!fresh(now, *other)) other->said = beat;
}

void Watch::heard_endpoint(Time now, const Beat& beat) {
  endpoint_.heard = now;
  endpoint_.refuses = false;
  endpoint_said_ = now;
  nobody_since_ = now;
  // Its own link may never have been there; a link's word is the later one where it is.
  Other* other = of(beat.broker);
  if (other != nullptr && !fresh(now, *other)) other->said = beat;
}

void Watch::refused(Time now, const std::string& peer) {
  Other* other = of(peer);
  if (!peer.empty() && other == nullptr) return;
  Signs& signs = peer.empty() ? endpoint_ : other->own;
  if (!refuses(now, signs)) signs.refused_since = now;
  signs.refuses = true;
  signs.refused = now;
}

void Watch::turned_away(Time now, const std::string& peer, const std::string& why) {
  Other* other = of(peer);
  if (!peer.empty() && other == nullptr) return;
  Signs& signs = peer.empty() ? endpoint_ : other->own;
  signs.heard = now;
  signs.refuses = false;
  nobody_since_ = now;
  if (other == nullptr) return;
  other->ever_heard = true;
  other->wrong = "it does not take this broker's words: " + why;
}

Other* Watch::of(const std::string& peer) {
  const auto found = others_.find(peer);
  return found == others_.end() ? nullptr : &found->second;
}

// A refusal counts while tries go on to be refused.
bool Watch::refuses(Time now, const Signs& signs) const {
  return signs.refuses && signs.refused + std::max(options_.beat * 3, milliseconds(100)) >= now;
}

bool Watch::fresh(Time now, const Other& other) const {
  return other.ever_heard && !refuses(now, other.own) && other.own.heard + options_.takeover_after > now;
}

bool Watch::serves(const Other& other) const {
  return other.said.duty == BrokerDuty::active || other.said.duty == BrokerDuty::rising;
}

bool Watch::anyone_serves(Time now) const {
  return std::any_of(others_.begin(), others_.end(),
                     [&](const auto& each) { return serves(each.second) && fresh(now, each.second); });
}

bool Watch::all_idle(Time now) const {
  return std::all_of(others_.begin(), others_.end(),
                     [&](const auto& each) { return !serves(each.second) && fresh(now, each.second); });
}

Time Watch::dead_at(Time now, const Signs& signs) const {
  const Time silent = signs.heard + options_.takeover_after;
  return refuses(now, signs) ? std::min(signs.refused_since, silent) : silent;
}

// Of those that serve, as far as was heard. Where nobody does: when all addresses refuse, nobody is there;
// otherwise those that are get the time to say so.
Time Watch::holders_dead_at(Time now) const {
  std::optional<Time> holders;
  Time all_refuse{INT64_MIN / 2};
  bool all = !others_.empty();
  for (const auto& [name, other] : others_) {
    if (serves(other)) holders = std::max(holders.value_or(Time{INT64_MIN / 2}), dead_at(now, other.own));
    all = all && refuses(now, other.own);
    all_refuse = std::max(all_refuse, other.own.refused_since);
  }
  if (holders) return *holders;
  return all ? all_refuse : nobody_since_ + options_.takeover_after;
}

// How many standbys are heard that stand before this one.
std::int64_t Watch::turn(Time now) const {
  return std::count_if(others_.begin(), others_.end(), [&](const auto& each) {
    return each.first < options_.name && !serves(each.second) && fresh(now, each.second);
  });
}

std::optional<Time> Watch::rise_at(Time now) const {
  if (others_.empty()) return std::nullopt;
  const Time dead = std::max(holders_dead_at(now), dead_at(now, endpoint_));
  return std::max(dead + options_.takeover_after * turn(now), not_before_);
}

bool Watch::handed_over(Time now) const {
  if (anyone_serves(now) || not_before_ > now) return false;
  return std::any_of(others_.begin(), others_.end(), [&](const auto& each) {
    const Beat& said = each.second.said;
    if (said.duty != BrokerDuty::leaving || !fresh(now, each.second) || !one_of_us(each.second)) return false;
    return said.take_over == options_.name || (said.take_over.empty() && turn(now) == 0);
  });
}

// Who said that it is a standby, or that it left, has given the endpoint up. One that was never heard may have it,
// if the endpoint does not refuse: two that start without hearing each other must not shoot at each other.
std::vector<std::string> Watch::to_fence(Time now) const {
  std::vector<std::string> all;
  for (const auto& [name, other] : others_) {
    if (fresh(now, other)) continue;
    const bool unknown = other.said.broker.empty() && !refuses(now, other.own) && !refuses(now, endpoint_);
    if (serves(other) || unknown) all.push_back(name);
  }
  return all;
}

std::string Watch::successor(Time now, const std::string& wanted) const {
  for (const auto& [name, other] : others_) {
    if (!wanted.empty() && name != wanted) continue;
    if (fresh(now, other) && other.said.duty == BrokerDuty::standby && one_of_us(other)) return name;
  }
  return {};
}

bool Watch::endpoint_troubled(Time now) const {
  return anyone_serves(now) && dead_at(now, endpoint_) + options_.takeover_after <= now;
}

std::string Watch::trouble_of(Time now, const Other& other, bool serving) const {
  if (!other.wrong.empty()) return other.wrong;
  if (!other.said.broker.empty() && !one_of_us(other)) {
    return "its endpoint certificate is " + other.said.fingerprint + ", this broker's is " + options_.fingerprint +
           ": it gets nothing from here until both are the same";
  }
  // At a start the others may still be on their way.
  const Time patience = other.ever_heard ? other.own.heard + options_.takeover_after * 2
                                         : begun_ + options_.takeover_after * 10;
  if (fresh(now, other) || patience > now) return {};
  if (refuses(now, other.own)) return "its own address refuses connections: it does not run";
  const bool seen = other.at_endpoint && *other.at_endpoint + options_.takeover_after > now;
  if (serving && seen) return "its own address is silent, but it is heard at the endpoint";
  const bool answers = endpoint_said_ + options_.takeover_after > now;
  if (!serving && serves(other) && answers) return "its own address is silent, but the endpoint answers";
  return "it is not heard";
}

}  // namespace argosy::broker
