#include "master/config.h"

#include "base/text.h"

namespace argosy::master {
namespace {

void bind_files(Settings& settings, MasterConfig& config) {
  settings.add("name", config.name, "this master's name, as the brokers' roster has it");
  settings.add("cluster", config.cluster, "the cluster's name, for people");
  settings.add("endpoint", config.endpoint, "the virtual endpoint of the brokers");
  settings.add("authorities", config.authorities, "file with the cluster's one or two CA certificates");
  settings.add("endpoint_certificate", config.endpoint_certificate, "file with the certificate of the endpoint");
  settings.add("endpoint_moved", config.endpoint_moved, "file where it keeps where the cluster moved (`argosy catalog set-endpoint`)");
  settings.add("key", config.key, "file with this master's private key, readable by its owner only");
  settings.add("catalog", config.catalog, "the catalog: sqlite:FILE, or postgresql://… as libpq takes it");
  settings.add("catalog_key", config.catalog_key,
               "file with the private key that sensitive values are sealed to, the same for all masters");
  settings.add("migrate", config.migrate, "create or raise the catalog's tables at start");
  settings.add("shards", config.shards, 1u, 1024u, "how many shards there are; each has one holder");
  settings.add("log.level", config.log_level, "trace, debug, info, warn or error");
}

void bind_offers(Settings& settings, Limits& limits) {
  settings.add("offers.per_class", limits.offers_per_class, std::uint64_t{16}, std::uint64_t{1} << 20,
               "items published of one class of needs, at most what brokers take");
  settings.add("offers.per_group", limits.offers_per_group, std::uint64_t{1}, std::uint64_t{1} << 20,
               "of them, of one execution or batch");
  settings.add("offers.classes", limits.classes, std::uint64_t{1}, std::uint64_t{1} << 16, "classes with offers out");
}

void bind_bounds(Settings& settings, MasterConfig& config) {
  Limits& limits = config.limits;
  settings.add("batch.rows", limits.batch_rows, std::uint64_t{1}, std::uint64_t{100'000}, "rows of one commit");
  settings.add_bytes("batch.bytes", limits.batch_bytes, 64 << 10, 256 << 20, "bytes of one commit");
  settings.add("submits.waiting", limits.admissions_waiting, std::uint64_t{1}, std::uint64_t{1'000'000},
               "submits that wait for their commit; more are refused as busy");
  settings.add_bytes("submits.waiting_bytes", limits.admission_bytes_waiting, 1 << 20, 16ull << 30, "of them, in bytes");
  settings.add("submits.patience", limits.submit_patience, Duration{}, seconds(3600),
               "how long a submit waits for a catalog that is away");
  settings.add_bytes("logs.window", limits.log_window_bytes, 512 << 10, 1ull << 30, "log bytes in flight of one worker");
  settings.add_bytes("logs.total", limits.log_total_bytes, 1 << 20, 64ull << 30, "log bytes in flight of all workers");
  settings.add("watches", limits.watches, std::uint64_t{1}, std::uint64_t{10'000'000}, "executions that clients watch");
  settings.add_bytes("content.most", config.content_most_bytes, 1 << 20, 1ull << 40, "size of one project or array");
}

void bind_times(Settings& settings, Limits& limits) {
  settings.add("lease", limits.lease, seconds(2), seconds(86'400), "of workers that run nothing; a task has its own");
  settings.add("catalog_grace", limits.catalog_grace, seconds(1), seconds(86'400),
               "how long leases are renewed while the catalog is away, and an adopter waits for workers it cannot reach; the "
               "catalog keeps the longest that a master ever had");
  settings.add("kill_time", limits.kill_time, milliseconds(100), seconds(60),
               "from a lease's end to the last process gone, at most");
  settings.add("lost_margin", limits.lost_margin, Duration{}, seconds(3600),
               "an attempt is lost (lease + kill_time) x 101/99 and this much after its last grant");
  settings.add("confirm_every", limits.confirm_every, milliseconds(100), seconds(600), "an idle master proves its term");
  settings.add("adopt_after", limits.adopt_after, milliseconds(10), seconds(60), "after connecting: a shard whose holder has not said so by then is taken");
}

}  // namespace

void bind(Settings& settings, MasterConfig& config) {
  bind_files(settings, config);
  bind_offers(settings, config.limits);
  bind_bounds(settings, config);
  bind_times(settings, config.limits);
}

Result<MasterConfig> load_config(const std::filesystem::path& file) {
  MasterConfig config;
  Settings settings;
  bind(settings, config);
  if (auto loaded = settings.load(file); !loaded) return loaded.error();
  const auto folder = std::filesystem::absolute(file).parent_path();
  const auto absolute = [&](const std::string& path) {
    return std::filesystem::path(path).is_relative() ? (folder / path).lexically_normal().string() : path;
  };
  for (std::string* path : {&config.authorities, &config.endpoint_certificate, &config.endpoint_moved, &config.key, &config.catalog_key}) {
    *path = absolute(*path);
  }
  constexpr std::string_view sqlite = "sqlite:";
  if (config.catalog.starts_with(sqlite) && config.catalog != "sqlite::memory:") {
    config.catalog = std::string(sqlite) + absolute(config.catalog.substr(sqlite.size()));
  }
  if (!is_name(config.name)) return Error{file.string() + ": name: '" + printable(config.name) + "' is no name"};
  if (config.limits.offers_per_group > config.limits.offers_per_class) {
    return Error{file.string() + ": offers.per_group: is more than offers.per_class"};
  }
  if (!is_lost_after_the_end(config.limits)) {
    return Error{file.string() + ": lost_margin: must be more than 0: a worker may count its lease up to 2 % longer, and "
                 "(lease + kill_time) x 101/99 must be over before its attempts are lost"};
  }
  return config;
}

}  // namespace argosy::master
