// worker: the fleet as operators see it, and how a worker comes to its folder. `worker start` and `worker config` stand in verbs_role.cpp.
#include "base/text.h"
#include "client/bundle_file.h"
#include "client/cli.h"
#include "client/crew.h"
#include "client/join_bundle.h"
#include "client/passphrase.h"
#include "fabric/keys.h"
#include "fabric/private_file.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct WorkerArguments {
  std::string name;
  std::string key;
  std::vector<std::string> tags;
  bool here = false;
  std::string bundle;
  std::string passphrase_file;
};

const Listing& listing() {
  static const Listing how{{{"WORKER", "worker"}, {"STATE", "state"}, {"ONLINE", "online"}, {"RUNNING", "running", Show::count},
                            {"CPU", "cpu", Show::count}, {"MEMORY", "memory_bytes", Show::size}, {"HOST", "host", Show::text, true},
                            {"TAGS", "tags", Show::list, true}},
                           "worker", "no worker yet; `argosy worker add NAME` makes one known"};
  return how;
}

int tell_cluster(Cli& cli, const WorkerArguments& given, const std::string& key) {
  json arguments{{"worker", given.name}, {"key", key}};
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

int remove(Cli& cli, const std::string& name) {
  const auto document = cli.ask("worker.remove", {{"worker", name}});
  if (!document) return cli.fail(document.error());
  cli.output().one(*document, {{{"worker", "worker"}, {"removed", "removed"}}, "worker", ""});
  if (document->value("online", false)) cli.output().note("it runs: it is refused from now on, and tries again until its process is stopped");
  return cli.done(Exit::succeeded);
}

// A worker of this folder: its key and settings are made in it.
int add_here(Cli& cli, const WorkerArguments& given) {
  const Layout layout{cli.folder()};
  const auto place = present_place(layout);
  if (!place) return cli.fail(trouble(place.error(), Exit::usage));
  const auto made = init_worker(layout, given.name, place->endpoint, 0);
  if (!made) return cli.fail(trouble(made.error()));
  return tell_cluster(cli, given, *made);
}

// The bundle is there before the cluster knows the key: a key that nobody has would hold the name for nothing.
int add_by_bundle(Cli& cli, const WorkerArguments& given, const fabric::PublicKey& key, const std::string& private_pem) {
  const std::string file = given.bundle.empty() ? given.name + ".join" : given.bundle;
  if (std::filesystem::exists(file)) return cli.fail(usage(file + " is there already: name another file with --bundle"));
  const auto bundle = make_join_bundle(Layout{cli.folder()}, given.name, key, private_pem);
  if (!bundle) return cli.fail(trouble(bundle.error(), Exit::usage));
  const auto passphrase = read_passphrase(given.passphrase_file, Passphrase::for_sealing);
  if (!passphrase) return cli.fail(passphrase.error());
  const auto written = fabric::write_private_file(file, fabric::seal_bundle(*bundle, *passphrase), fabric::Existing::refuse);
  if (!written) return cli.fail(trouble(written.error()));
  const int status = tell_cluster(cli, given, key.hex());
  if (status != 0) {
    std::error_code ignored;  // what is left of it cannot be used: the cluster does not know its key
    std::filesystem::remove(file, ignored);
    return status;
  }
  cli.output().note("on its host: `argosy worker join " + std::filesystem::path(file).filename().string() + " --dir FOLDER`; the bundle is " + file);
  return 0;
}

int add(Cli& cli, const WorkerArguments& given) {
  if (!is_name(given.name)) return cli.fail(usage(printable(given.name) + " is no name of a worker: letters, digits, '_', '-' and '.', at most 128 bytes"));
  if (given.here && (!given.key.empty() || !given.bundle.empty())) return cli.fail(usage("--here makes key and settings in this folder: no --key, no --bundle"));
  if (given.here) return add_here(cli, given);
  if (given.key.empty()) {
    const auto keys = fabric::KeyPair::generate();
    return add_by_bundle(cli, given, keys.public_key, fabric::to_pem(keys));
  }
  const auto key = fabric::PublicKey::from_text(given.key);
  if (!key) return cli.fail(usage("--key: " + key.error().message));
  return given.bundle.empty() ? tell_cluster(cli, given, key->hex()) : add_by_bundle(cli, given, *key, "");
}

// One time: a bundle that was used is removed. A copy elsewhere would be a twin, and refused while this one is connected.
int join(Cli& cli, const WorkerArguments& given) {
  if (cli.dir.empty()) return cli.fail(usage("say where with --dir: the worker's folder is made there"));
  const auto bundle = open_bundle_file(given.bundle, given.passphrase_file);
  if (!bundle) return cli.fail(bundle.error());
  const auto folder = std::filesystem::absolute(cli.dir).lexically_normal();
  const auto joined = unpack_join_bundle(*bundle, folder);
  if (!joined) return cli.fail(trouble(joined.error()));
  if (const auto removed = remove_used_bundle(given.bundle); !removed) return cli.fail(removed.error());
  cli.output().one({{"worker", joined->worker}, {"endpoint", joined->endpoint}, {"folder", folder.string()}},
                   {{{"worker", "worker"}, {"endpoint", "endpoint"}, {"folder", "folder"}}, "worker", ""});
  cli.output().note("an operator lets it in with `argosy worker enable " + joined->worker + "`; start it with `argosy worker start --dir " +
                    folder.string() + "`");
  return 0;
}

int init(Cli& cli) {
  if (cli.dir.empty()) return cli.fail(usage("say where with --dir: the worker's folder is made there, with its private key in it"));
  const auto folder = std::filesystem::absolute(cli.dir).lexically_normal();
  const auto key = init_worker_folder(folder);
  if (!key) return cli.fail(trouble(key.error()));
  cli.output().one({{"key", *key}, {"folder", folder.string()}}, {{{"key", "key"}, {"folder", "folder"}}, "key", ""});
  cli.output().note("an operator runs `argosy worker add NAME --key " + *key + " --bundle FILE`; then here: `argosy worker join FILE --dir " +
                    folder.string() + "`");
  return 0;
}

}  // namespace

void add_worker_verbs(CLI::App& app, Cli& cli) {
  static WorkerArguments given;
  CLI::App* worker = app.add_subcommand("worker", "workers: the fleet, and the role itself");
  worker->require_subcommand(1);
  cli.verb(*worker, "list", "all workers that the cluster knows", [&cli] { return cli.show_list("worker.list", json::object(), listing()); });
  CLI::App* adding = cli.verb(*worker, "add", "makes a worker known, disabled, and a bundle for `worker join` on its host", [&cli] { return add(cli, given); });
  adding->add_option("name", given.name, "its name")->required();
  adding->add_option("--key", given.key, "its public key (hex or Z85), that `worker init` made on its own host");
  adding->add_option("--bundle", given.bundle, "the bundle's file (NAME.join; with --key none is made unless it is named)");
  adding->add_option("--passphrase-file", given.passphrase_file, "file whose first line seals the bundle; - for standard input");
  adding->add_flag("--here", given.here, "a worker of this folder: key and settings are made in it, no bundle");
  adding->add_option("--tag", given.tags, "a tag that tasks may ask for");
  CLI::App* joining = cli.verb(*worker, "join", "makes a worker's folder (--dir) from its bundle, which is then removed", [&cli] { return join(cli, given); });
  joining->add_option("file", given.bundle, "the bundle that `worker add` made")->required();
  joining->add_option("--passphrase-file", given.passphrase_file, "file whose first line opens the bundle; - for standard input");
  cli.verb(*worker, "init", "makes a worker's key in a folder of its own host (--dir), and prints its public key", [&cli] { return init(cli); });
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
  cli.verb(*worker, "remove", "forgets it", [&cli] { return remove(cli, given.name); })->add_option("name", given.name, "its name")->required();
  simple("set", "changes what tasks may ask it for", {{{"worker", "worker"}, {"tags", "tags", Show::list}}, "worker", ""})
      ->add_option("--tag", given.tags, "a tag; all of them are set anew");
}

}  // namespace argosy::client
