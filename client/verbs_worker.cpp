// worker: the fleet as operators see it. `worker start` and `worker config` stand in verbs_role.cpp.
#include "base/text.h"
#include "client/cli.h"
#include "client/cluster_init.h"
#include "fabric/keys.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct WorkerArguments {
  std::string name;
  std::string key;
  std::vector<std::string> tags;
};

const Listing& listing() {
  static const Listing how{{{"WORKER", "worker"}, {"STATE", "state"}, {"ONLINE", "online"}, {"RUNNING", "running", Show::count},
                            {"CPU", "cpu", Show::count}, {"MEMORY", "memory_bytes", Show::size}, {"HOST", "host", Show::text, true},
                            {"TAGS", "tags", Show::list, true}},
                           "worker", "no worker yet; `argosy worker add NAME` makes one known"};
  return how;
}

int add(Cli& cli, const WorkerArguments& given) {
  if (!is_name(given.name)) return cli.fail(usage(printable(given.name) + " is no name of a worker: letters, digits, '_', '-' and '.', at most 128 bytes"));
  std::string hex = given.key;
  if (hex.empty()) {
    // On this host: its key and settings are made in the folder.
    const auto profile = cli.profile();
    if (!profile) return cli.fail(profile.error());
    const auto made = init_worker(profile->layout, given.name, profile->cluster.endpoint, 0);
    if (!made) return cli.fail(trouble(made.error()));
    hex = *made;
  } else {
    const auto key = fabric::PublicKey::from_text(hex);
    if (!key) return cli.fail(usage("--key: " + key.error().message));
    hex = key->hex();
  }
  json arguments{{"worker", given.name}, {"key", hex}};
  if (!given.tags.empty()) arguments["tags"] = given.tags;
  const int status = cli.show_one("worker.add", arguments, {{{"worker", "worker"}, {"state", "state"}, {"key", "key"}}, "worker", ""});
  if (status == 0) cli.output().note("`argosy worker enable " + given.name + "` lets it take part");
  return status;
}

// Said to the holder of each shard: every one gives away what is its own.
int lost(Cli& cli, const std::string& name) {
  auto document = cli.ask("worker.lost", {{"worker", name}});
  if (!document) return cli.fail(document.error());
  for (const auto& shard : document->value("elsewhere", json::array())) {
    const auto other = cli.ask("worker.lost", {{"worker", name}}, ShardId{shard.get<std::uint32_t>()});
    if (!other) return cli.fail(other.error());
    (*document)["attempts"] = document->value("attempts", std::uint64_t{0}) + other->value("attempts", std::uint64_t{0});
  }
  cli.output().one(*document, {{{"worker", "worker"}, {"attempts", "attempts"}}, "worker", ""});
  return cli.done(Exit::succeeded);
}

}  // namespace

void add_worker_verbs(CLI::App& app, Cli& cli) {
  static WorkerArguments given;
  CLI::App* worker = app.add_subcommand("worker", "workers: the fleet, and the role itself");
  worker->require_subcommand(1);
  cli.verb(*worker, "list", "all workers that the cluster knows", [&cli] { return cli.show_list("worker.list", json::object(), listing()); });
  CLI::App* adding = cli.verb(*worker, "add", "makes a worker known, disabled; its key is made here, or given", [&cli] { return add(cli, given); });
  adding->add_option("name", given.name, "its name")->required();
  adding->add_option("--key", given.key, "its public key (hex or Z85), made on its own host");
  adding->add_option("--tag", given.tags, "a tag that tasks may ask for");
  const auto simple = [&](const char* verb, const char* help, const Listing& how) {
    CLI::App* sub = cli.verb(*worker, verb, help, [&cli, verb, how] {
      json arguments{{"worker", given.name}};
      if (std::string(verb) == "set") arguments["tags"] = given.tags;
      return cli.show_one(std::string("worker.") + verb, arguments, how);
    });
    sub->add_option("name", given.name, "its name")->required();
    return sub;
  };
  const Listing state{{{"worker", "worker"}, {"state", "state"}}, "worker", ""};
  simple("enable", "lets it take part; ends a drain", state);
  simple("disable", "keeps it from taking part", state);
  simple("drain", "what runs ends there, nothing new is taken", state);
  cli.verb(*worker, "lost", "vouches that it is dead: its attempts are given away at once", [&cli] { return lost(cli, given.name); })
      ->add_option("name", given.name, "its name")->required();
  simple("remove", "forgets it", {{{"worker", "worker"}, {"removed", "removed"}}, "worker", ""});
  simple("set", "changes what tasks may ask it for", {{{"worker", "worker"}, {"tags", "tags", Show::list}}, "worker", ""})
      ->add_option("--tag", given.tags, "a tag; all of them are set anew");
}

}  // namespace argosy::client
