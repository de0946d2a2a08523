// cluster export, import and certificate: a second host, and another name or another date for the endpoint.
#include <iostream>

#include "client/bundle_file.h"
#include "client/cli.h"
#include "client/cluster_bundle.h"
#include "client/cluster_init.h"
#include "client/numbers.h"
#include "client/passphrase.h"
#include "fabric/certificates.h"
#include "fabric/private_file.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct Arguments {
  std::string file;
  std::string passphrase_file;
  HostRoles roles;
  bool renew = false;
  std::vector<std::string> hosts;
  int days = 3650;
};

int export_bundle(Cli& cli, const Arguments& given) {
  const HostRoles& roles = given.roles;
  if (roles.broker.empty() && roles.masters.empty()) {
    return cli.fail(usage("say what the other host is to have: --broker NAME, --master NAME, or both"));
  }
  if (std::filesystem::exists(given.file)) return cli.fail(usage(given.file + " is there already: name another file"));
  const auto bundle = make_cluster_bundle(Layout{cli.folder()}, roles);
  if (!bundle) return cli.fail(trouble(bundle.error(), Exit::usage));
  const auto passphrase = read_passphrase(given.passphrase_file, Passphrase::for_sealing);
  if (!passphrase) return cli.fail(passphrase.error());
  const auto written = fabric::write_private_file(given.file, fabric::seal_bundle(*bundle, *passphrase), fabric::Existing::refuse);
  if (!written) return cli.fail(trouble(written.error()));
  json names = json::array();
  for (const auto& [name, content] : *bundle) {
    if (name != "kind") names.push_back(name);
  }
  cli.output().one({{"bundle", given.file}, {"holds", names}}, {{{"bundle", "bundle"}, {"holds", "holds", Show::list}}, "bundle", ""});
  cli.output().note("on the other host: `argosy cluster import " + std::filesystem::path(given.file).filename().string() + " --dir FOLDER`");
  for (const auto& name : roles.masters) cli.output().note("master " + name + " is that host's from now on: do not start it here");
  return 0;
}

// One time, like a worker's: a bundle that was used is removed.
int import_bundle(Cli& cli, const Arguments& given) {
  if (cli.dir.empty()) return cli.fail(usage("say where with --dir: the folder is made there, with private keys in it"));
  const auto bundle = open_bundle_file(given.file, given.passphrase_file);
  if (!bundle) return cli.fail(bundle.error());
  const auto folder = std::filesystem::absolute(cli.dir).lexically_normal();
  const auto done = unpack_cluster_bundle(*bundle, folder, given.renew);
  if (!done) return cli.fail(trouble(done.error()));
  if (const auto removed = remove_used_bundle(given.file); !removed) return cli.fail(removed.error());
  cli.output().one({{"folder", folder.string()}, {"cluster", done->cluster}, {"endpoint", done->endpoint}, {"fingerprint", done->fingerprint}},
                   {{{"folder", "folder"}, {"cluster", "cluster"}, {"endpoint", "endpoint"}, {"fingerprint", "fingerprint"}}, "folder", ""});
  cli.output().note(given.renew ? "start this folder's roles anew, one after another: they read keys and certificates at their start"
                                : "`argosy doctor broker` or `argosy doctor master` with --dir " + folder.string() + " says whether all is there");
  return 0;
}

int make_certificate(Cli& cli, const Arguments& given) {
  if (std::filesystem::exists(given.file)) return cli.fail(usage(given.file + " is there already: name another file"));
  const Layout layout{cli.folder()};
  const auto pem = renew_endpoint_certificate(layout, given.hosts, given.days);
  if (!pem) return cli.fail(trouble(pem.error()));
  const auto written = fabric::write_plain_file(given.file, *pem, fabric::Existing::refuse);
  if (!written) return cli.fail(trouble(written.error()));
  const auto made = fabric::Certificate::from_pem(*pem, given.file);
  if (!made) return cli.fail(trouble(made.error()));
  cli.output().one({{"certificate", given.file}, {"hosts", made->facts().hosts}, {"fingerprint", made->facts().fingerprint}},
                   {{{"certificate", "certificate"}, {"hosts", "hosts", Show::list}, {"fingerprint", "fingerprint"}}, "certificate", ""});
  return 0;
}

}  // namespace

void add_bundle_verbs(CLI::App& cluster, Cli& cli) {
  static Arguments given;
  const auto take_file = [](CLI::App* verb, const char* file, const char* passphrase) {
    verb->add_option("file", given.file, file)->required();
    verb->add_option("--passphrase-file", given.passphrase_file, passphrase);
  };
  CLI::App* out = cli.verb(cluster, "export", "seals what another host of brokers and masters needs into one bundle", [&cli] { return export_bundle(cli, given); });
  take_file(out, "where to write it", "file whose first line seals the bundle; - for standard input");
  out->add_option("--broker", given.roles.broker, "the broker that the other host is to have: a peer in this folder's broker.toml");
  out->add_option("--master", given.roles.masters, "a master of this folder that the other host is to have");
  out->add_option("--operator", given.roles.operators, "an operator whose key goes along, for work from that host");
  CLI::App* in = cli.verb(cluster, "import", "makes a cluster's folder (--dir) from its bundle, which is then removed", [&cli] { return import_bundle(cli, given); });
  take_file(in, "the bundle that `cluster export` made", "file whose first line opens the bundle; - for standard input");
  in->add_flag("--renew", given.renew, "into a folder of the same cluster: keys, certificates and roster anew, settings stay");
  CLI::App* certificate = cli.verb(cluster, "certificate", "makes another certificate for the endpoint's key; needs keys/authority.key",
                                   [&cli] { return make_certificate(cli, given); });
  certificate->add_option("file", given.file, "where to write it")->required();
  certificate->add_option("--host", given.hosts, "a name or address beside those of the present certificate");
  certificate->add_option("--days", given.days, "how long it holds")->check(whole_number(1, 36500));
}

}  // namespace argosy::client
