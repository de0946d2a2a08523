// broker|master|worker start and config: the roles of this same program.
#include <csignal>
#include <iostream>

#include "base/short_turns.h"
#include "broker/config.h"
#include "broker/shell.h"
#include "client/add_master.h"
#include "client/cli.h"
#include "master/config.h"
#include "master/shell.h"
#include "worker/config.h"
#include "worker/shell.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct RoleArguments {
  std::string file;
  std::string name;
};

std::filesystem::path settings_file(const Cli& cli, const RoleArguments& given, const std::string& stem) {
  if (!given.file.empty()) return std::filesystem::absolute(given.file);
  return Layout{cli.folder()}.role_settings(stem);
}

// ROLE-NAME.toml, or ROLE.toml where the folder has only that: the first of its kind, or the only one of its host.
std::filesystem::path named_settings(const Cli& cli, const RoleArguments& given, const std::string& role) {
  if (!given.file.empty() || given.name.empty()) return settings_file(cli, given, role);
  const auto own = settings_file(cli, given, role + "-" + given.name);
  return std::filesystem::exists(own) ? own : settings_file(cli, given, role);
}

// The file that was found must be that party's: a folder of two hosts' brokers must not start the wrong one.
Status is_named(const std::filesystem::path& file, const std::string& wanted, const std::string& name) {
  if (wanted.empty() || wanted == name) return Done{};
  return Error{file.string() + " is that of " + name + ": there is no " + wanted + " in this folder"};
}

template <class Config>
int print_settings(Cli& cli, Config config) {
  Settings settings;
  bind(settings, config);
  if (cli.output_format() == Format::json) {
    cli.output().one({{"toml", settings.describe()}}, {});
  } else {
    std::cout << settings.describe();
  }
  return 0;
}

template <class Load, class Run>
int start(Cli& cli, const std::filesystem::path& file, Load load, Run run) {
  std::signal(SIGPIPE, SIG_IGN);  // who reads the log may go; tasks and hooks begin with default signals
  const auto config = load(file);
  if (!config) return cli.fail(trouble(config.error(), Exit::usage));
  ask_for_short_turns(Heirs::get_it);
  return run(*config);
}

void add_start_options(CLI::App* start, RoleArguments& given, const char* name_help) {
  start->add_option("--config", given.file, "TOML file (ROLE.toml in the cluster's folder when left out)");
  if (name_help != nullptr) start->add_option("--name", given.name, name_help);
}

CLI::App* noun(CLI::App& app, const char* name, const char* help) {
  for (CLI::App* sub : app.get_subcommands({})) {
    if (sub->get_name() == name) return sub;
  }
  CLI::App* made = app.add_subcommand(name, help);
  made->require_subcommand(1);
  return made;
}

int switchover(Cli& cli, const std::string& to) {
  auto session = cli.session(true);
  if (!session) return cli.fail(session.error());
  auto active = (*session)->switchover(to);
  if (!active) return cli.fail(active.error());
  cli.output().one(json{{"active", *active}}, {{{"active", "active"}}, "active", ""});
  return 0;
}

int add(Cli& cli, const std::string& name) {
  const auto made = add_master(Layout{cli.folder()}, name);
  if (!made) return cli.fail(trouble(made.error()));
  cli.output().one({{"master", name}, {"key", made->key}, {"settings", made->settings}},
                   {{{"master", "master"}, {"key", "key"}, {"settings", "settings"}}, "master", ""});
  cli.output().note("the roster of this folder has it now, and needs to on each broker's host: `" + made->roster_line +
                    "`; then send each broker SIGHUP");
  const std::string start = "start it with `argosy master start --name " + name + "`";
  cli.output().note(made->of_one_host ? start + ", on this host: the catalog is a file of it"
                                      : start + ", or take it to another host by `argosy cluster export FILE --master " + name + "`");
  return 0;
}

}  // namespace

Result<std::string> master_catalog(const Layout& layout) {
  const auto config = master::load_config(layout.role_settings("master"));
  if (!config) return config.error();
  return config->catalog;
}

void add_role_verbs(CLI::App& app, Cli& cli) {
  static RoleArguments given;
  CLI::App* broker = noun(app, "broker", "the broker: who connects, and the role itself");
  add_start_options(cli.verb(*broker, "start", "runs a broker in the foreground", [&cli] {
    const auto file = named_settings(cli, given, "broker");
    return start(cli, file, broker::load_config, [&](const broker::Config& config) {
      const auto named = is_named(file, given.name, config.machine.name);
      return named ? broker::run_broker(config) : cli.fail(trouble(named.error(), Exit::usage));
    });
  }), given, "which of the folder's brokers (broker-NAME.toml)");
  cli.verb(*broker, "config", "prints every key with default, range and help", [&cli] { return print_settings(cli, broker::Config()); });
  cli.verb(*broker, "list", "all brokers: which one serves, how long ago each was heard, what is wrong", [&cli] {
    return cli.show_list("broker.list", json::object(),
                         {{{"BROKER", "broker"}, {"DUTY", "duty"}, {"EPOCH", "epoch", Show::count},
                           {"FINGERPRINT", "fingerprint", Show::digest}, {"HEARD (MS AGO)", "heard_ago_ms", Show::count},
                           {"TROUBLE", "trouble", Show::text, true}},
                          "broker", "no broker has reported"});
  });
  static std::string successor;
  cli.verb(*broker, "switchover", "gives the virtual endpoint to another broker; waits until that one serves", [&cli] {
    return switchover(cli, successor);
  })->add_option("NAME", successor, "the broker that is to serve (any standby when left out)");
  CLI::App* master = noun(app, "master", "masters: who holds which shard, and the role itself");
  add_start_options(cli.verb(*master, "start", "runs a master in the foreground", [&cli] {
    const auto file = named_settings(cli, given, "master");
    return start(cli, file, master::load_config, [&](const master::MasterConfig& config) {
      const auto named = is_named(file, given.name, config.name);
      return named ? master::run_master(config) : cli.fail(trouble(named.error(), Exit::usage));
    });
  }), given, "which of the folder's masters (master-NAME.toml)");
  static std::string added;
  cli.verb(*master, "add", "makes key, roster line and settings of one more master, for this host or another", [&cli] { return add(cli, added); })
      ->add_option("name", added, "its name")->required();
  cli.verb(*master, "config", "prints every key with default, range and help", [&cli] { return print_settings(cli, master::MasterConfig()); });
  cli.verb(*master, "list", "masters and the shards that they hold", [&cli] {
    return cli.show_list("master.list", json::object(),
                         {{{"MASTER", "master"}, {"STATE", "state"}, {"SHARD@TERM", "reigns", Show::list}, {"SINCE", "since", Show::time},
                           {"SEEN", "last_seen", Show::time}, {"HOST", "host", Show::text, true}, {"BUILD", "build", Show::text, true}},
                          "master", "no master is known"});
  });
  CLI::App* worker = noun(app, "worker", "workers");
  add_start_options(cli.verb(*worker, "start", "runs a worker in the foreground", [&cli] {
    const std::string stem = given.name.empty() ? "worker" : "worker-" + given.name;
    return start(cli, settings_file(cli, given, stem), worker::load_config, worker::run_worker);
  }), given, "which of the folder's workers (worker-NAME.toml)");
  cli.verb(*worker, "config", "prints every key with default, range and help", [&cli] { return print_settings(cli, worker::Config()); });
}

}  // namespace argosy::client
