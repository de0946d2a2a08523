// What a broker is told about itself, and the bounds of its memory. Each bound is refused with `busy` where
// it is met.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace argosy::broker {

struct Options {
  std::string name = "b1";         // this broker's id in epochs
  std::string cluster = "argosy";  // for people
  Duration heartbeat = seconds(1);
  Duration silence = seconds(4);
  Duration report_every = seconds(1);  // BrokerReport, on change

  // The other brokers of the cluster, by name; none: this one rises at once and is never a standby.
  std::vector<std::string> peers;
  std::string fingerprint;                   // of this broker's endpoint certificate
  Duration beat = milliseconds(50);          // how often brokers tell each other that they are there
  Duration takeover_after = milliseconds(400);  // silence after which a standby rises

  std::uint32_t max_connections = 16'384;  // some 1 KiB each
  std::uint32_t max_clients = 4'096;       // of them: operators, submitters, viewers
  std::uint32_t max_shards = 1'024;

  std::uint32_t max_offers = 65'536;   // in all; some 250 bytes each
  std::uint32_t max_classes = 16'384;  // in all; the empty give way first
  std::uint32_t offers_per_class = 4'096;
  std::uint32_t offers_per_group = 512;     // within a class
  std::uint32_t items_per_worker = 4'096;   // matched and not yet freed
  std::uint32_t workers_per_class = 4'096;  // names in OfferClass.workers

  std::uint32_t client_words_per_second = 4'000;  // of each connection of a client; as many may come at once
  std::uint32_t refusals_per_second = 100;        // told to each peer; more are only counted
};

}  // namespace argosy::broker
