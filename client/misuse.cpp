#include "client/misuse.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace argosy::client {
namespace {

const CLI::App& innermost(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : innermost(*parsed.front());
}

// "argosy execution list"
std::string path_of(const CLI::App& app) {
  return (app.get_parent() == nullptr ? "" : path_of(*app.get_parent()) + " ") + app.get_name();
}

std::string see_help(const CLI::App& app) { return "; see `" + path_of(app) + " --help`"; }

std::vector<std::string> options_of(const CLI::App* app) {
  std::vector<std::string> out;
  for (; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const auto& name : option->get_lnames()) out.push_back("--" + name);
    }
  }
  return out;
}

// The first word that is no verb where a verb is wanted, with what it may have been meant to be; empty: there is none.
std::string unknown_verb(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* at = &app;
  for (const auto& word : words) {
    if (word.starts_with('-')) break;
    std::vector<std::string> known;
    const CLI::App* next = nullptr;
    for (const CLI::App* sub : at->get_subcommands({})) {
      known.push_back(sub->get_name());
      if (sub->get_name() == word) next = sub;
    }
    if (known.empty()) return {};
    if (next == nullptr) {
      const auto near = nearest(word, known);
      return "there is no verb '" + printable(word) + "'" + (near ? "; did you mean " + *near + "?" : see_help(*at));
    }
    at = next;
  }
  return {};
}

std::string unexpected(const CLI::App& verb, const std::vector<std::string>& words, const std::vector<std::string>& extras) {
  const auto first = std::find_first_of(words.begin(), words.end(), extras.begin(), extras.end());
  if (first == words.end()) return "there are too many words" + see_help(verb);
  const std::string name = first->substr(0, first->find('='));
  if (name.starts_with("-") && name.size() > 1) {
    const auto near = nearest(name, options_of(&verb));
    return "there is no option " + printable(name) + (near ? "; did you mean " + *near + "?" : see_help(verb));
  }
  std::string rest;
  for (auto word = first; word != words.end(); ++word) rest += " " + printable(*word);
  if (verb.get_name() == "submit") return "unexpected:" + rest + " (a command stands behind --, as in: argosy submit -- CMD ARGS)";
  return "unexpected:" + rest + see_help(verb);
}

}  // namespace

std::string misuse(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error) {
  const std::string unknown = unknown_verb(app, words);
  if (!unknown.empty()) return unknown;
  const CLI::App& verb = innermost(app);
  if (!verb.get_subcommands({}).empty() && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return "which verb" + see_help(verb);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return unexpected(verb, words, app.remaining(true));
  return error.what() + see_help(verb);
}

}  // namespace argosy::client
