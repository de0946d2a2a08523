#include "client/choices.h"

#include <algorithm>

#include "base/text.h"

namespace argosy::client {

CLI::Validator one_of(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ",") + word;
  const auto check = [words, all](const std::string& given) {
    if (std::find(words.begin(), words.end(), given) != words.end()) return std::string();
    const auto near = nearest(given, words);
    return "there is no '" + printable(given) + "'; " + (near ? "did you mean " + *near + "? " : "") + "There are " + all;
  };
  return CLI::Validator(check, "{" + all + "}");
}

}  // namespace argosy::client
