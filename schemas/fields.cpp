#include "schemas/fields.h"

#include <algorithm>
#include <array>

namespace argosy {
namespace {

struct Fields {
  std::string_view type;
  std::string_view names;
};

// By type. fields_test.cpp compares it with the visit() of every struct, read from the headers themselves.
constexpr Fields kFields[] = {
    {"Accepted", "key execution repeated"},
    {"Address", "role name connection"},
    {"After", "task on"},
    {"Answer", "request document next"},
    {"Ask", "request verb arguments"},
    {"AttemptEnd", "attempt reason exit_code signal started_at ended_at usage log_bytes stderr_tail outputs detail"},
    {"AttemptStart", "attempt at pid"},
    {"Beat", "broker duty epoch.number epoch.broker greeted roster endpoint fingerprint take_over trouble"},
    {"BrokerCounter", "name value"},
    {"BrokerReport", "broker refused counters brokers"},
    {"BrokerView", "name duty epoch.number epoch.broker fingerprint heard_ago trouble"},
    {"Bye", "why"},
    {"Changed", "request execution status counts"},
    {"Chunk", "digest offset total data"},
    {"Claim", "claims"},
    {"Credit", "prefetch draining freed"},
    {"Declined", "claims"},
    {"Deploy", "request project packages content manifest"},
    {"Drop", "session attempts"},
    {"Endpoint", "serial endpoint certificates"},
    {"Envelope", "version word epoch.number epoch.broker connection reign.shard reign.term to from"},
    {"Fetch", "digest offset length"},
    {"Finished", "session ends"},
    {"ForEach", "source variable range values blob_digest blob_count blob_bytes parameter"},
    {"Granted", "session renewal lease grace incarnation"},
    {"HeldItem", "item resources"},
    {"Hello", "session host build holds capacity prefetch draining held incarnation"},
    {"Holder", "reign master"},
    {"Holders", "holders"},
    {"Holding", "holds incarnation"},
    {"Host", "name machine_id boot_id"},
    {"Inventory", "serial session predecessor host held finished incarnation"},
    {"ItemClaim", "item worker session connection"},
    {"Log", "session chunks"},
    {"LogChunk", "attempt offset length pieces codec data"},
    {"LogCredit", "session window_bytes"},
    {"LogOffset", "attempt offset"},
    {"LogPiece", "stream length at"},
    {"MaxFailures", "count percent"},
    {"Offer", "item offer_class priority group"},
    {"OfferClass", "id resources workers"},
    {"Package", "name parameters tasks description"},
    {"Parameter", "name type required default_value sensitive from description"},
    {"Ping", "nonce"},
    {"Pong", "nonce"},
    {"Presence", "complete workers"},
    {"Project", "folder name packages"},
    {"Publish", "classes offers"},
    {"Put", "digest offset total data"},
    {"Range", "first last step"},
    {"Reconciled", "session serial"},
    {"Recorded", "session ends logs"},
    {"Refused", "refused_word reason text request shard"},
    {"RefusedPeer", "key address reason count last"},
    {"Renew", "session renewal incarnation"},
    {"ResourceUsage", "user system max_rss_bytes"},
    {"Resources", "cpu_milli memory_bytes tags"},
    {"Retry", "limit backoff_min backoff_max"},
    {"Return", "session why forgotten attempts"},
    {"Roster", "serial entries incarnation"},
    {"RosterEntry", "key name role state tags"},
    {"Run", "session renewal specs items"},
    {"RunItem", "spec attempt value id"},
    {"Started", "session attempts"},
    {"Stop", "session attempts"},
    {"Stored", "digest offset"},
    {"Submit",
     "key project package version inline_package environment parameters sealed workers worker_tags priority batch watch"},
    {"Switchover", "to"},
    {"Task",
     "name after for_each argv script env secrets cwd cwd_path resources limits retry max_failures lease interruptions grace run_as"},
    {"TaskCounts", "total waiting ready running succeeded failed canceled interrupted skipped"},
    {"TaskLimits", "time memory_bytes log_bytes files processes"},
    {"TaskSpec", "execution task body package content secrets"},
    {"Watch", "request executions"},
    {"Welcome", "connection heartbeat silence holders cluster"},
    {"Withdraw", "items"},
    {"WorkerPresence", "worker session connection change host build capacity draining"},
    {"AttemptRef", "item attempt"},
    {"ItemRef", "execution task item"},
    {"ShardTerm", "shard term"},
};

}  // namespace

std::string_view field_names(std::string_view type) {
  for (const Fields& known : kFields) {
    if (known.type == type) return known.names;
  }
  return {};
}

std::string field_name(std::string_view type, std::size_t index) {
  std::string_view names = field_names(type);
  for (std::size_t i = 0; i < index && !names.empty(); ++i) {
    const std::size_t space = names.find(' ');
    names = space == std::string_view::npos ? std::string_view() : names.substr(space + 1);
  }
  if (names.empty()) return "#" + std::to_string(index);
  return std::string(names.substr(0, names.find(' ')));
}

}  // namespace argosy
