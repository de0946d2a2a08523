// The folder of a cluster, or of one party of it: where everything has its place. docs/reference/folder.md
//
// A client needs cluster.toml, authority.pem, endpoint.pem, catalog.pub and one key; the rest belongs to the roles.
#pragma once

#include <filesystem>
#include <string>

namespace argosy::client {

struct Layout {
  std::filesystem::path root;

  std::filesystem::path cluster() const { return root / "cluster.toml"; }
  std::filesystem::path authority() const { return root / "authority.pem"; }
  std::filesystem::path endpoint_certificate() const { return root / "endpoint.pem"; }
  std::filesystem::path endpoint_moved() const { return root / "endpoint.moved"; }  // where the cluster moved; need not be there
  std::filesystem::path catalog_public_key() const { return root / "catalog.pub"; }
  std::filesystem::path roster() const { return root / "roster"; }
  // "broker.toml": written by init with what is not the default.
  std::filesystem::path role_settings(const std::string& role) const { return root / (role + ".toml"); }

  std::filesystem::path keys() const { return root / "keys"; }
  std::filesystem::path authority_key() const { return keys() / "authority.key"; }
  std::filesystem::path endpoint_key() const { return keys() / "endpoint.key"; }
  std::filesystem::path catalog_key() const { return keys() / "catalog.key"; }
  std::filesystem::path party_key(const std::string& role, const std::string& name) const {
    return keys() / (role + "-" + name + ".key");
  }

  std::filesystem::path catalog_file() const { return root / "catalog" / "argosy.db"; }
  std::filesystem::path broker_state() const { return root / "broker"; }
  std::filesystem::path worker_state(const std::string& name) const { return root / "workers" / name; }
  std::filesystem::path log(const std::string& process) const { return root / "log" / (process + ".log"); }
  std::filesystem::path lock() const { return root / "run" / "up.lock"; }
  std::filesystem::path family_lock() const { return root / "run" / "family.lock"; }  // of all processes of an `up`
};

}  // namespace argosy::client
