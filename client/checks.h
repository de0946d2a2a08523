// The lines of `argosy doctor`: what was looked at, how it stands, and what to do where it is wrong. One thread.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace argosy::client {

class Checks {
 public:
  void add(const std::string& what, const Status& status, const std::string& detail = "") {
    tell(what, status ? "ok" : "wrong", status ? detail : status.error().message);
    wrong_ = wrong_ || !status;
  }
  void warn(const std::string& what, const std::string& detail) { tell(what, "warning", detail); }
  const nlohmann::json& rows() const { return rows_; }
  bool wrong() const { return wrong_; }

 private:
  // Once, though several roles share it.
  void tell(const std::string& what, const std::string& result, const std::string& detail) {
    nlohmann::json row{{"check", what}, {"result", result}, {"detail", detail}};
    if (std::find(rows_.begin(), rows_.end(), row) == rows_.end()) rows_.push_back(std::move(row));
  }

  nlohmann::json rows_ = nlohmann::json::array();
  bool wrong_ = false;
};

template <class T>
Status status_of(const Result<T>& result) {
  if (result) return Done{};
  return result.error();
}

}  // namespace argosy::client
