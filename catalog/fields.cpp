#include "catalog/fields.h"

#include <algorithm>
#include <charconv>

#include "base/sha256.h"
#include "schemas/codec.h"

namespace argosy::catalog {
namespace {

void add(std::string& out, std::string_view element) {
  out += std::to_string(element.size());
  out += ':';
  out += element;
  out += ',';
}

void add_varint(std::string& out, std::uint64_t n) {
  for (; n >= 128; n >>= 7) out += static_cast<char>(n | 128);
  out += static_cast<char>(n);
}

std::uint64_t take_varint(std::string_view& in) {
  std::uint64_t n = 0;
  for (int shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    n |= std::uint64_t{byte & 127u} << shift;
    if (byte < 128) break;
  }
  return n;
}

std::uint64_t zigzag(std::int64_t n) {
  return static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63);
}
std::int64_t unzigzag(std::uint64_t n) {
  return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
}

}  // namespace

std::string pack(const std::vector<std::string>& list) {
  std::string out;
  for (const auto& element : list) add(out, element);
  return out;
}

std::string pack(const TextMap& map) {
  std::string out;
  for (const auto& [name, value] : map) {
    add(out, name);
    add(out, value);
  }
  return out;
}

std::vector<std::string> unpack_list(std::string_view packed) {
  std::vector<std::string> out;
  while (!packed.empty()) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(packed.data(), packed.data() + packed.size(), length);
    const auto digits = static_cast<std::size_t>(end - packed.data());
    if (error != std::errc{} || packed.size() < digits + 2 || packed.size() - digits - 2 < length) break;
    out.emplace_back(packed.substr(digits + 1, length));
    packed.remove_prefix(digits + length + 2);
  }
  return out;
}

TextMap unpack_map(std::string_view packed) {
  TextMap out;
  const auto list = unpack_list(packed);
  for (std::size_t i = 0; i + 1 < list.size(); i += 2) out.emplace(list[i], list[i + 1]);
  return out;
}

std::string pack_pieces(const std::vector<LogPiece>& pieces) {
  std::string out;
  std::int64_t before = 0;
  for (const LogPiece& piece : pieces) {
    add_varint(out, piece.stream);
    add_varint(out, piece.length);
    add_varint(out, zigzag(piece.at.us - before));
    before = piece.at.us;
  }
  return out;
}

std::vector<LogPiece> unpack_pieces(std::string_view packed) {
  std::vector<LogPiece> out;
  std::int64_t at = 0;
  while (!packed.empty()) {
    LogPiece piece;
    piece.stream = static_cast<std::uint8_t>(take_varint(packed));
    piece.length = static_cast<std::uint32_t>(take_varint(packed));
    at += unzigzag(take_varint(packed));
    piece.at = {at};
    out.push_back(piece);
  }
  return out;
}

Plan plan_of(const Package& package) {
  Plan plan;
  plan.body = encode(package);
  plan.digest = Sha256::hex_of(plan.body);
  for (const Task& task : package.tasks)
    if (task.for_each.source == ItemSource::blob) plan.contents.push_back(task.for_each.blob_digest);
  std::sort(plan.contents.begin(), plan.contents.end());
  plan.contents.erase(std::unique(plan.contents.begin(), plan.contents.end()), plan.contents.end());
  return plan;
}

Result<Package> package_of(std::string_view body, std::string_view digest) {
  auto decoded = decode<Package>(body);
  if (decoded) return std::move(*decoded);
  return Error{"catalog: plan " + std::string(digest) + " cannot be read: " + decoded.error().message};
}

std::vector<CarriedRun> carried_runs(const Admission& admission) {
  auto carried = admission.carried;
  std::sort(carried.begin(), carried.end());
  std::vector<CarriedRun> runs;
  for (const ItemRef& ref : carried) {
    const std::uint64_t task = ref.task.value, item = ref.item.value;
    if (task >= admission.items.size() || item >= admission.items[task]) continue;
    const bool follows = !runs.empty() && runs.back().task == task;
    if (follows && item < runs.back().stop) continue;
    if (follows && item == runs.back().stop)
      ++runs.back().stop;
    else
      runs.push_back({task, item, item + 1});
  }
  return runs;
}

std::vector<FirstTask> first_tasks(const Admission& admission, const std::vector<CarriedRun>& carried) {
  std::vector<FirstTask> tasks(admission.package.tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].state = admission.package.tasks[i].after.empty() ? ItemState::ready : ItemState::waiting;
    if (i < admission.items.size()) tasks[i].items = admission.items[i];
  }
  for (const CarriedRun& run : carried) {
    if (run.task >= tasks.size()) continue;
    FirstTask& task = tasks[run.task];
    if (run.first == task.low) task.low = run.stop;
    task.high = std::max(task.high, run.stop);
    task.succeeded += run.stop - run.first;
  }
  return tasks;
}

}  // namespace argosy::catalog
