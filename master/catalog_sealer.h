// Opens what is sealed to the catalog and seals it to the worker that runs the task. Plain values live only within its calls.
#pragma once

#include "fabric/keys.h"
#include "master/sealer.h"

namespace argosy::master {

class CatalogSealer : public Sealer {
 public:
  explicit CatalogSealer(fabric::KeyPair catalog_key) : catalog_key_(std::move(catalog_key)) {}
  Result<std::map<std::string, std::string>> seal(const SecretsRequest& request) override;
  std::string stand_in(const std::string& sealed) const override;

 private:
  fabric::KeyPair catalog_key_;
};

}  // namespace argosy::master
