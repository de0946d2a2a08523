#include "schemas/manifest_schema.h"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "base/text.h"
#include "schemas/package_schema_text.h"

namespace argosy {
namespace {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

// Read once; it is our own, so a schema that does not parse is our bug.
const valijson::Schema& schema() {
  static const valijson::Schema* const kSchema = [] {
    auto* out = new valijson::Schema;  // lives as long as the program
    const Json text = Json::parse(kPackageSchemaText);
    valijson::SchemaParser().populateSchema(Adapter(text), *out);
    return out;
  }();
  return *kSchema;
}

// {"<root>", "[packages]", "[load]", "[0]"} to "packages.load[0]".
std::string path_of(const std::vector<std::string>& context) {
  std::string path;
  for (std::size_t i = 1; i < context.size(); ++i) {
    std::string part = context[i];
    if (part.size() >= 2 && part.front() == '[' && part.back() == ']') part = part.substr(1, part.size() - 2);
    const bool index = !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
    path += index ? "[" + part + "]" : (path.empty() ? "" : ".") + printable(part);
  }
  return path;
}

}  // namespace

const char* package_schema() {
  return kPackageSchemaText;
}

std::vector<Problem> check_schema(const YamlNode& tree) {
  Problems problems;
  try {
    const Json document = Json::parse(yaml_to_json(tree));
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    if (validator.validate(schema(), Adapter(document), &results)) return {};
    valijson::ValidationResults::Error error;
    while (results.popError(error))
      problems.add(path_of(error.context), error.description, "see schemas/package.schema.json");
  } catch (const std::exception& error) {
    problems.add("", std::string("it cannot be checked against the schema: ") + error.what());
  }
  return problems.take();
}

}  // namespace argosy
