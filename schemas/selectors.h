// How people name executions: 17, 3-9, last, all. Pure.
#pragma once

#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace argosy {

enum class SelectorKind { one, range, last, all };

struct Selector {
  SelectorKind kind = SelectorKind::one;
  ExecutionId first;  // of one and range
  ExecutionId last;

  bool operator==(const Selector&) const = default;
};

// Failure: what it is not, and how to write it.
Result<Selector> parse_selector(std::string_view text);

}  // namespace argosy
