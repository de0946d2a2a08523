#include "schemas/parameters.h"

#include "base/text.h"
#include "schemas/check_package.h"
#include "schemas/sources.h"
#include "schemas/template.h"

namespace argosy {
namespace {

class Binder {
 public:
  Binder(const Package& package, const GivenParameters& given) : package_(package), given_(given) {}

  BoundParameters run() {
    std::set<std::string> known;
    for (const auto& parameter : package_.parameters) {
      known.insert(parameter.name);
      one(parameter);
    }
    for (const auto& [name, value] : given_.plain) unknown(name, known);
    for (const auto& name : given_.sealed) unknown(name, known);
    for (const auto& task : package_.tasks) {
      variables_of(task);
      items_of(task);
    }
    bound_.problems = problems_.take();
    return std::move(bound_);
  }

 private:
  void unknown(const std::string& name, const std::set<std::string>& known) {
    if (known.count(name) != 0) return;
    const auto meant = nearest(name, {known.begin(), known.end()});
    problems_.add("params." + printable(name),
                  "package " + printable(package_.name) + " has no such parameter",
                  meant ? "did you mean \"" + *meant + "\"?" : "argosy project show lists them");
  }

  void one(const Parameter& parameter) {
    const std::string path = "params." + printable(parameter.name);
    const auto plain = given_.plain.find(parameter.name);
    const bool sealed = given_.sealed.count(parameter.name) != 0;
    if (plain != given_.plain.end() && sealed)
      return problems_.add(path, "it was given twice", "give it once");
    if (sealed) {
      if (!parameter.sensitive)
        problems_.add(path, "it was sealed, and is not sensitive", "deploy and submit again");
      return;
    }
    if (plain != given_.plain.end()) {
      if (parameter.sensitive)
        return problems_.add(path, "it is sensitive and was sent unsealed", "submit again");
      return value(parameter, path, plain->second, "");
    }
    if (!parameter.from.empty() && from_environment(parameter, path)) return;
    if (parameter.default_value) return value(parameter, path, *parameter.default_value, "the default: ");
    if (parameter.required) return missing(parameter, path);
    bound_.values[parameter.name] = "";  // of a sensitive one too: the empty text is no secret
  }

  void value(const Parameter& parameter, const std::string& path, const std::string& text,
             const std::string& whose) {
    auto status = check_value(parameter.type, text);
    if (!status) return problems_.add(path, whose + status.error().message);
    bound_.values[parameter.name] = text;
  }

  // True if the environment decides.
  bool from_environment(const Parameter& parameter, const std::string& path) {
    const std::string whose = "environment." + parameter.from;
    if (given_.sealed_environment.count(parameter.from) != 0) {
      if (parameter.sensitive) {
        bound_.from_sealed[parameter.name] = parameter.from;
      } else {
        problems_.add(path, whose + " is sensitive, and the parameter is not",
                      "declare it with sensitive: true");
      }
      return true;
    }
    const auto found = given_.environment.find(parameter.from);
    if (found == given_.environment.end()) return false;
    if (parameter.sensitive) {
      problems_.add(path, whose + " is kept in plain, and the parameter is sensitive",
                    "set the variable again as a sensitive one");
    } else {
      value(parameter, path, found->second, whose + ": ");
    }
    return true;
  }

  void missing(const Parameter& parameter, const std::string& path) {
    if (parameter.from.empty()) {
      return problems_.add(path, "it is required and was not given",
                           "add -p " + printable(parameter.name) + "=…");
    }
    problems_.add(path, "it is required, and environment." + parameter.from + " is not set",
                  "give it, or submit with --environment");
  }

  void variables_of(const Task& task) {
    const std::string path = "packages." + printable(package_.name) + ".tasks." + printable(task.name);
    for (std::size_t i = 0; i < task.argv.size(); ++i) {
      variables_in(path + ".run[" + std::to_string(i) + "]", task.argv[i], false);
    }
    if (task.script) variables_in(path + ".run", *task.script, false);
    for (const auto& [name, text] : task.env) variables_in(path + ".env." + name, text, false);
    for (const auto& [name, text] : task.secrets) variables_in(path + ".secrets." + name, text, true);
    variables_in(path + ".cwd", task.cwd_path, false);
  }

  void variables_in(const std::string& path, const std::string& text, bool secret) {
    if (text.find("${{") == std::string::npos) return;
    const auto pieces = parse_template(text);
    if (!pieces) return problems_.add(path, pieces.error().message);
    for (const auto& piece : *pieces) {
      if (!piece.placeholder || piece.placeholder->kind != PlaceholderKind::environment) continue;
      const auto& name = piece.placeholder->name;
      if (given_.environment.count(name) != 0) continue;
      if (given_.sealed_environment.count(name) == 0) {
        problems_.add(path, "environment." + name + " is not set", "set it, and submit with --environment");
      } else if (!secret) {
        problems_.add(path, "environment." + name + " is sensitive, and this place is readable by others",
                      "put it under secrets: and read it from the file $ARGOSY_SECRETS");
      }
    }
  }

  void items_of(const Task& task) {
    if (task.for_each.source != ItemSource::parameter || bound_.values.count(task.for_each.parameter) == 0)
      return;
    auto items = bind_items(task.for_each, bound_.values);
    if (!items) problems_.add("params." + printable(task.for_each.parameter), items.error().message);
  }

  const Package& package_;
  const GivenParameters& given_;
  Problems problems_;
  BoundParameters bound_;
};

}  // namespace

BoundParameters bind_parameters(const Package& package, const GivenParameters& given) {
  return Binder(package, given).run();
}

Result<ForEach> bind_items(const ForEach& for_each, const std::map<std::string, std::string>& values) {
  if (for_each.source != ItemSource::parameter) return for_each;
  const auto found = values.find(for_each.parameter);
  if (found == values.end())
    return Error{"parameter " + printable(for_each.parameter) + " has no value; give it with -p"};
  auto items = items_of_list(found->second, "the list");
  if (!items) return items.error();
  ForEach out = for_each;
  out.source = ItemSource::values;
  out.values = unpack_items(*items);
  return out;
}

}  // namespace argosy
