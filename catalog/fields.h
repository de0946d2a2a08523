// How lists, maps, log pieces and packages stand in a column. Pure, but for plans, which go through the
// codec.
//
// A list is its elements one after another, each as "length:bytes,"; a map is the list of its names and
// values in turn. Log pieces are varints: stream, length, and time as the difference to the piece before
// (zigzag).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schemas/package.h"
#include "schemas/records.h"

namespace argosy::catalog {

using TextMap = std::map<std::string, std::string>;

std::string pack(const std::vector<std::string>& list);
std::string pack(const TextMap& map);
// What cannot be read ends the list: columns are written by pack() alone.
std::vector<std::string> unpack_list(std::string_view packed);
TextMap unpack_map(std::string_view packed);

std::string pack_pieces(const std::vector<LogPiece>& pieces);
std::vector<LogPiece> unpack_pieces(std::string_view packed);

// A package as plans.body holds it, and its name there.
struct Plan {
  std::string digest;
  std::string body;
  std::vector<std::string> contents;  // digests of its arrays' values
};
Plan plan_of(const Package& package);
Result<Package> package_of(std::string_view body, std::string_view digest);

// How a task's row begins, when its execution is admitted.
struct FirstTask {
  ItemState state = ItemState::waiting;
  std::uint64_t items = 1, low = 0, high = 0, succeeded = 0;
};
// Items [first, stop) of a task that were carried over.
struct CarriedRun {
  std::uint64_t task = 0, first = 0, stop = 0;
};
std::vector<CarriedRun> carried_runs(const Admission& admission);
std::vector<FirstTask> first_tasks(const Admission& admission, const std::vector<CarriedRun>& carried);

}  // namespace argosy::catalog
