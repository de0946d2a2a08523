// A Submit becomes an Admission, or a refusal with words for its author. Pure and total: trusts nothing in the Submit.
#pragma once

#include <map>
#include <string>
#include <variant>

#include "base/time.h"
#include "schemas/records.h"
#include "schemas/words/requests.h"
#include "schemas/words/session.h"

namespace argosy::master {

// What the desk found in the catalog for a Submit.
struct Found {
  const Package* package = nullptr;         // nullptr with submit.inline_package
  std::string version;                      // digest of the project version that holds it
  std::string content;                      // digest of its archive; empty: none
  std::map<std::string, std::string> environment;         // its plain variables
  std::map<std::string, std::string> sealed_environment;  // its sensitive ones, sealed to the catalog's key
};

struct AdmitRefusal {
  Refusal reason = Refusal::invalid;
  std::string text;
};

// Binds parameters and environment (sensitive ones stay sealed), counts items, checks everything that check_package
// checks. `request_digest` is the SHA-256 of the Submit as sent. `blob` items are counted as the package says: that the
// content is in the catalog is for the caller to see to.
std::variant<Admission, AdmitRefusal> admit(const Submit& submit, const Found& found, const std::string& submitter,
                                            const std::string& request_digest, WallTime at);

}  // namespace argosy::master
