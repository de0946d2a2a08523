#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <memory>

#include "broker/shell.h"
#include "fabric/host_facts.h"
#include "fabric/signals.h"

namespace argosy::broker {

namespace {

constexpr std::uint64_t kOtherFiles = 64;  // sockets of libzmq, links to other brokers, hooks, files

int fail(const Error& error) {
  std::fprintf(stderr, "argosy broker: %s\n", error.message.c_str());
  return 1;
}

Shell::Order order_of(const std::vector<int>& signals) {
  Shell::Order order = Shell::Order::none;
  for (const int signal : signals) {
    if (signal != SIGHUP) return Shell::Order::stop;
    order = Shell::Order::reread_roster;
  }
  return order;
}

}  // namespace

int run_broker(const Config& config) {
  fabric::Signals signals({SIGTERM, SIGINT, SIGHUP});  // before any thread
  // stdout is for the readiness line
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("broker", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()));
  spdlog::set_level(spdlog::level::from_str(config.log_level));

  if (const auto files = fabric::take_all_descriptors(); files < config.machine.max_connections + kOtherFiles) {
    spdlog::warn("bounds.connections is {}, but this process may open only {} files: raise its limit (`ulimit -n`, LimitNOFILE=)",
                 config.machine.max_connections, files);
  }
  auto shell = Shell::open(config, fabric::tell_ready);
  if (!shell) return fail(shell.error());
  const auto ended = (*shell)->run(signals.fd(), [&] { return order_of(signals.take()); });
  if (!ended) return fail(ended.error());
  spdlog::info("stopped");
  return 0;
}

}  // namespace argosy::broker
