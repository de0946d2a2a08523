// completion bash|zsh|fish: made from the parser itself, so that it is never behind.
#include <iostream>
#include <sstream>

#include "client/cli.h"

namespace argosy::client {
namespace {

// An option, and the words that its value is out of, if there are few.
struct Choice {
  std::string option;  // "--status"
  std::string letter;  // "-o"; empty: none
  std::vector<std::string> values;
};

// One line for each place in the command line: its words, then what may follow.
struct Place {
  std::string words;               // "execution show"
  std::vector<std::string> verbs;  // and the values of its first positional
  std::vector<Choice> options;     // those of all verbs stand at the first place alone
};

// "TEXT:{json,quiet,table}" -> json, quiet, table. A word with a blank in it cannot be completed.
std::vector<std::string> values_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{'), close = type.rfind('}');
  std::vector<std::string> out;
  if (open == std::string::npos || close == std::string::npos) return out;
  std::istringstream all(type.substr(open + 1, close - open - 1));
  for (std::string word; std::getline(all, word, ',');) {
    if (word.find(' ') == std::string::npos) out.push_back(word);
  }
  return out;
}

void collect(const CLI::App& app, const std::string& words, std::vector<Place>& out) {
  Place place{words, {}, {}};
  for (const CLI::App* sub : app.get_subcommands({})) place.verbs.push_back(sub->get_name());
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      for (const auto& value : values_of(*option)) place.verbs.push_back(value);
    }
    for (const auto& name : option->get_lnames()) {
      if (!words.empty() && name == "help") continue;
      const auto& letters = option->get_snames();
      place.options.push_back({"--" + name, letters.empty() ? "" : "-" + letters.front(), values_of(*option)});
    }
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

std::string names_of(const std::vector<Choice>& options) {
  std::vector<std::string> names;
  for (const auto& option : options) names.push_back(option.option);
  return joined(names);
}

// What follows an option that takes one of a few words.
void bash_values(const std::vector<Place>& places, std::ostream& out) {
  out << "  case \"$at ${COMP_WORDS[COMP_CWORD-1]}\" in\n";
  for (const auto& place : places) {
    for (const auto& option : place.options) {
      if (option.values.empty()) continue;
      const std::string at = place.words.empty() ? "*" : "'" + place.words + "'";
      out << "    " << at << "' " << option.option << "'";
      if (!option.letter.empty()) out << " | " << at << "' " << option.letter << "'";
      out << ") COMPREPLY=($(compgen -W '" << joined(option.values) << "' -- \"$word\")); return ;;\n";
    }
  }
  out << "  esac\n";
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
  out << ") at=$next ;;\n    esac\n  done\n";
  bash_values(places, out);
  out << "  local words=''\n  case $at in\n";
  for (const auto& place : places) {
    const std::string own = place.words.empty() ? "" : names_of(place.options);
    out << "    '" << place.words << "') words='" << joined(place.verbs) << (place.verbs.empty() || own.empty() ? "" : " ") << own << "' ;;\n";
  }
  out << "  esac\n"
         "  words+=' " << names_of(places.front().options) << "'\n"
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
    for (const auto& option : place.options) {
      out << "complete -c argosy" << (place.words.empty() ? "" : " -n '" + condition + "'") << " -l " << option.option.substr(2);
      if (!option.letter.empty()) out << " -s " << option.letter.substr(1);
      if (!option.values.empty()) out << " -x -a '" << joined(option.values) << "'";
      out << "\n";
    }
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
