// Secrets pass through a master, never stay in it: this turns what is sealed to the catalog into what is sealed to a worker.
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace argosy::master {

struct SecretsRequest {
  const std::map<std::string, std::string>& secrets;            // Task::secrets: name → template
  const std::map<std::string, std::string>& parameters;         // plain
  const std::map<std::string, std::string>& sealed_parameters;  // each sealed to the catalog's key
  const std::map<std::string, std::map<std::string, std::string>>& outputs;  // of earlier tasks
  const std::string& worker;
  const std::string& worker_key;                                // hex; empty: not known
};

class Sealer {
 public:
  virtual ~Sealer() = default;
  // name → value, bound and sealed to the worker's key. `${{ item }}` in a secret is refused. Failure: which secret, why.
  virtual Result<std::map<std::string, std::string>> seal(const SecretsRequest& request) = 0;
  // Stands for a sealed value where requests are compared: a value that is sealed twice gives other bytes, and the same stand-in.
  // Without the catalog's private key nothing can be tried against it. Any thread.
  virtual std::string stand_in(const std::string& sealed) const = 0;
};

}  // namespace argosy::master
