// completion bash|zsh|fish: made from the parser itself, so that it is never behind.
#include <iostream>
#include <sstream>

#include "client/cli.h"

namespace argosy::client {
namespace {

// One line for each place in the command line: its words, then what may follow.
struct Place {
  std::string words;                 // "execution show"
  std::vector<std::string> verbs;
  std::vector<std::string> options;
};

void collect(const CLI::App& app, const std::string& words, std::vector<Place>& out) {
  Place place{words, {}, {}};
  for (const CLI::App* sub : app.get_subcommands({})) place.verbs.push_back(sub->get_name());
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) place.options.push_back("--" + name);
  }
  out.push_back(place);
  for (const CLI::App* sub : app.get_subcommands({})) {
    collect(*sub, words.empty() ? sub->get_name() : words + " " + sub->get_name(), out);
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// bash, and zsh through bashcompinit.
std::string bash_script(const std::vector<Place>& places) {
  std::ostringstream out;
  out << "_argosy() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} at='' i next\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    [[ ${COMP_WORDS[i]} == -- ]] && { COMPREPLY=($(compgen -f -- \"$word\")); return; }\n"
         "    next=\"$at${at:+ }${COMP_WORDS[i]}\"\n"
         "    case $next in\n      ";
  bool first = true;
  for (const auto& place : places) {
    if (place.words.empty()) continue;
    out << (first ? "" : " | ") << "'" << place.words << "'";
    first = false;
  }
  out << ") at=$next ;;\n    esac\n  done\n  local words=''\n  case $at in\n";
  for (const auto& place : places) {
    out << "    '" << place.words << "') words='" << joined(place.verbs) << (place.verbs.empty() ? "" : " ") << joined(place.options) << "' ;;\n";
  }
  out << "  esac\n"
         "  words+=' " << joined(places.front().options) << "'\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "  [[ ${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "}\n"
         "complete -F _argosy argosy\n";
  return out.str();
}

std::string fish_script(const std::vector<Place>& places) {
  std::ostringstream out;
  out << "# The verbs and options that follow what stands on the line.\n";
  for (const auto& place : places) {
    std::string condition = "__fish_use_subcommand";
    if (!place.words.empty()) {
      std::istringstream words(place.words);
      condition.clear();
      for (std::string word; words >> word;) condition += (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
    }
    for (const auto& verb : place.verbs) out << "complete -c argosy -n '" << condition << "' -f -a " << verb << "\n";
    for (const auto& option : place.options) out << "complete -c argosy -n '" << condition << "' -l " << option.substr(2) << "\n";
  }
  return out.str();
}

int complete(const Cli& cli, const std::string& shell) {
  std::vector<Place> places;
  collect(*cli.app, "", places);
  if (shell == "fish") {
    std::cout << fish_script(places);
  } else {
    std::cout << (shell == "zsh" ? "#compdef argosy\nautoload -U +X bashcompinit && bashcompinit\n" : "") << bash_script(places);
  }
  return 0;
}

}  // namespace

void add_completion_verb(CLI::App& app, Cli& cli) {
  static std::string shell;
  CLI::App* verb = cli.verb(app, "completion", "prints completions: source <(argosy completion bash)", [&cli] { return complete(cli, shell); });
  verb->add_option("shell", shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace argosy::client
