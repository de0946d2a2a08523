// cluster export, import and certificate: a second host, and another name or another date for the endpoint.
#include <iostream>

#include "client/cli.h"
#include "client/cluster_init.h"
#include "client/passphrase.h"
#include "fabric/certificates.h"
#include "fabric/private_file.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct Arguments {
  std::string file;
  std::string passphrase_file;
  std::vector<std::string> hosts;
  int days = 3650;
};

int make_certificate(Cli& cli, const Arguments& given) {
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
  CLI::App* certificate = cli.verb(cluster, "certificate", "makes another certificate for the endpoint's key; needs keys/authority.key",
                                   [&cli] { return make_certificate(cli, given); });
  certificate->add_option("file", given.file, "where to write it")->required();
  certificate->add_option("--host", given.hosts, "a name or address beside those of the present certificate");
  certificate->add_option("--days", given.days, "how long it holds")->check(CLI::Range(1, 36500));
}

}  // namespace argosy::client
