#include "master/catalog_sealer.h"

#include <string_view>

#include "fabric/sealing.h"
#include "schemas/template.h"

namespace argosy::master {
namespace {

constexpr std::string_view of_environment = "environment.";

using Values = std::map<std::string, std::string>;

void wipe_all(Values& values) {
  for (auto& [name, value] : values) fabric::wipe(value);
}

// Parameters and variables of the environment stand in one map, told apart by their prefix.
void sort_in(const std::string& name, std::string value, Values& parameters, Values& environment) {
  if (name.starts_with(of_environment)) {
    environment[name.substr(of_environment.size())] = std::move(value);
  } else {
    parameters[name] = std::move(value);
  }
}

}  // namespace

Result<Values> CatalogSealer::seal(const SecretsRequest& request) {
  const auto worker_key = fabric::PublicKey::from_hex(request.worker_key);
  if (!worker_key) return Error{"secrets: the key of worker " + request.worker + " is not known; enable the worker first"};
  Values parameters, environment, sealed;
  for (const auto& [name, value] : request.parameters) sort_in(name, value, parameters, environment);
  for (const auto& [name, value] : request.sealed_parameters) {
    auto opened = fabric::open_sealed(catalog_key_, value);
    if (!opened) {
      wipe_all(parameters), wipe_all(environment);
      return Error{"secrets: parameter " + name + " was not sealed to this cluster's catalog key; submit again"};
    }
    sort_in(name, std::move(*opened), parameters, environment);
  }
  Scope scope;
  scope.params = &parameters;
  scope.environment = &environment;
  scope.outputs = &request.outputs;
  for (const auto& [name, text] : request.secrets) {
    auto bound = bind_template(text, scope);
    if (!bound) {
      wipe_all(parameters), wipe_all(environment);
      return Error{"secret " + name + ": " + bound.error().message};
    }
    sealed[name] = fabric::seal(*worker_key, *bound);
    fabric::wipe(*bound);
  }
  wipe_all(parameters), wipe_all(environment);
  return sealed;
}

std::string CatalogSealer::stand_in(const std::string& sealed) const {
  auto opened = fabric::open_sealed(catalog_key_, sealed);
  if (!opened) return sealed;  // its task will fail for it
  std::string out = fabric::keyed_digest(catalog_key_.secret_key, *opened);
  fabric::wipe(*opened);
  return out;
}

}  // namespace argosy::master
