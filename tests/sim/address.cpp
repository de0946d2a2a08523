#include "tests/sim/address.h"

namespace argosy::sim {

Hub* Address::where(const std::string& host, const std::string& name) {
  if (!names_.contains(name) && hub(host) == nullptr) return nullptr;
  if (kind_ == AddressKind::one_host) return listener() != nullptr ? listener() : hubs_.front();
  if (kind_ == AddressKind::balanced) {
    std::vector<Hub*> serving;
    for (Hub* each : hubs_) {
      if (each->listens()) serving.push_back(each);
    }
    return serving.empty() ? hubs_[rng_.below(hubs_.size())] : serving[rng_.below(serving.size())];
  }
  if (on_.contains(host)) return hub(host);
  std::string& believed = believes_[host];
  if (!on_.contains(believed)) believed = last_;  // it asks who has it
  if (!on_.contains(believed) || !network_.reaches(believed, host)) return nullptr;
  return hub(believed);
}

void Address::bring(const std::string& broker) {
  on_.insert(broker);
  announce(broker);
}

void Address::take_away(const std::string& broker) { on_.erase(broker); }

void Address::announce(const std::string& broker) {
  if (!on_.contains(broker)) return;
  last_ = broker;
  for (auto& [host, believed] : believes_) {
    if (network_.reaches(broker, host)) believed = broker;
  }
}

bool Address::port_taken(const Hub& by) const {
  const Hub* other = kind_ == AddressKind::one_host ? listener() : nullptr;
  return other != nullptr && other != &by;
}

Hub* Address::listener() const {
  for (Hub* each : hubs_) {
    if (each->listens()) return each;
  }
  return nullptr;
}

Hub* Address::hub(const std::string& name) const {
  for (Hub* each : hubs_) {
    if (each->name() == name) return each;
  }
  return nullptr;
}

}  // namespace argosy::sim
