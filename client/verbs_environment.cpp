// environment set, list, show, remove. Sensitive values come from standard input and leave this machine sealed.
#include <unistd.h>

#include <iostream>
#include <iterator>

#include "client/cli.h"
#include "client/quiet_terminal.h"
#include "fabric/sealing.h"
#include "schemas/base64.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct EnvironmentArguments {
  std::string environment;
  std::string assignment;
  std::string name;
  bool sensitive = false;
};

// All of standard input; from a terminal one line, without echo. One line break at its end is dropped.
Outcome<std::string> read_secret() {
  if (::isatty(STDIN_FILENO) != 0) {
    QuietTerminal terminal;
    if (!terminal.there()) return usage("the terminal's echo cannot be turned off: give the value on standard input");
    auto typed = terminal.ask("value");
    if (!typed) return Trouble{Exit::interrupted, "interrupted before a value was typed"};
    return std::move(*typed);
  }
  std::string out(std::istreambuf_iterator<char>(std::cin), {});
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

int set(Cli& cli, const EnvironmentArguments& given) {
  const auto equals = given.assignment.find('=');
  json arguments{{"environment", given.environment}, {"name", given.assignment.substr(0, equals)}};
  if (given.sensitive) {
    if (equals != std::string::npos) return cli.fail(usage("a sensitive value never stands on the command line: give the name alone, and the value on standard input"));
    const auto key = load_catalog_key(Layout{cli.folder()});
    if (!key) return cli.fail(trouble(key.error()));
    auto value = read_secret();
    if (!value) return cli.fail(value.error());
    if (value->find('\0') != std::string::npos) return cli.fail(usage("the value holds NUL, which no shell variable can"));
    arguments["sealed"] = to_base64(fabric::seal(*key, *value));
    fabric::wipe(*value);
  } else {
    if (equals == std::string::npos) return cli.fail(usage("write NAME=VALUE, or NAME with --sensitive and the value on standard input"));
    arguments["value"] = given.assignment.substr(equals + 1);
  }
  return cli.show_one("environment.set", arguments, {{{"environment", "environment"}, {"name", "name"}, {"sensitive", "sensitive"}}, "name", ""});
}

int show(Cli& cli, const EnvironmentArguments& given) {
  const auto document = cli.ask("environment.show", {{"environment", given.environment}});
  if (!document) return cli.fail(document.error());
  if (cli.output_format() == Format::json) {
    cli.output().one(*document, {});
  } else {
    cli.output().list((*document)["variables"], {{{"NAME", "name"}, {"SENSITIVE", "sensitive"}, {"VALUE", "value", Show::text, true}}, "name", "no variable"});
  }
  return 0;
}

int remove(Cli& cli, const EnvironmentArguments& given) {
  json arguments{{"environment", given.environment}};
  if (!given.name.empty()) arguments["name"] = given.name;
  return cli.show_one("environment.remove", arguments, {{{"environment", "environment"}, {"removed", "removed"}}, "environment", ""});
}

}  // namespace

void add_environment_verbs(CLI::App& app, Cli& cli) {
  static EnvironmentArguments given;
  CLI::App* environment = app.add_subcommand("environment", "named sets of variables that give parameters their values");
  environment->require_subcommand(1);
  CLI::App* sets = cli.verb(*environment, "set", "one variable", [&cli] { return set(cli, given); });
  sets->add_option("environment", given.environment, "FOLDER/NAME")->required();
  sets->add_option("variable", given.assignment, "NAME=VALUE, or NAME with --sensitive")->required();
  sets->add_flag("--sensitive", given.sensitive, "the value comes from standard input and is sealed here");
  cli.verb(*environment, "list", "all environments", [&cli] {
    return cli.show_list("environment.list", json::object(), {{{"ENVIRONMENT", "environment"}, {"VARIABLES", "variables", Show::count}}, "environment", "no environment"});
  });
  CLI::App* shows = cli.verb(*environment, "show", "its variables; sensitive values are never shown", [&cli] { return show(cli, given); });
  CLI::App* removes = cli.verb(*environment, "remove", "one variable, or all", [&cli] { return remove(cli, given); });
  for (CLI::App* verb : {shows, removes}) verb->add_option("environment", given.environment, "FOLDER/NAME")->required();
  removes->add_option("variable", given.name, "only this one");
}

}  // namespace argosy::client
