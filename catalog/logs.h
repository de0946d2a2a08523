// Reading what tasks wrote. An attempt's log is one gapless stream of bytes, kept in the chunks in which it
// came.
//
// Owner, thread rule, failure: catalog.h. Chunks come as they are stored: the reader expands LogCodec::zstd.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "schemas/words/work.h"

namespace argosy::catalog {

// How many bytes there are now. With the attempt's end, all there will be.
struct LogSize {
  AttemptRef attempt;
  std::uint64_t bytes = 0;
  bool ended = false;
};

// Nothing: no such attempt.
Result<std::optional<LogSize>> log_size(Catalog& catalog, AttemptRef attempt);

// The chunks that hold bytes [offset, offset + length), in order; the first and last may reach beyond.
Result<std::vector<LogChunk>> read_log(Catalog& catalog, AttemptRef attempt, std::uint64_t offset,
                                       std::uint64_t length);

}  // namespace argosy::catalog
