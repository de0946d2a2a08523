// The lines of `argosy doctor`: what was looked at, how it stands, and what to do where it is wrong. One thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace argosy::client {

class Checks {
 public:
  void add(const std::string& what, const Status& status, const std::string& detail = "") {
    rows_.push_back({{"check", what}, {"result", status ? "ok" : "wrong"}, {"detail", status ? detail : status.error().message}});
    wrong_ = wrong_ || !status;
  }
  void warn(const std::string& what, const std::string& detail) { rows_.push_back({{"check", what}, {"result", "warning"}, {"detail", detail}}); }
  const nlohmann::json& rows() const { return rows_; }
  bool wrong() const { return wrong_; }

 private:
  nlohmann::json rows_ = nlohmann::json::array();
  bool wrong_ = false;
};

template <class T>
Status status_of(const Result<T>& result) {
  if (result) return Done{};
  return result.error();
}

}  // namespace argosy::client
