#include "worker/process_mark.h"

#include "base/fnv.h"

namespace argosy::keeper {
namespace {

constexpr std::uint64_t marked = std::uint64_t{1} << 62;
constexpr std::uint64_t worker_half = std::uint64_t{1} << 61;  // makes the hard limit the larger one
constexpr std::uint64_t low_bits = (std::uint64_t{1} << 60) - 1;

}  // namespace

std::uint64_t worker_mark(std::string_view worker_token) {
  const std::uint64_t hash = fnv1a(worker_token);
  return (hash ^ (hash >> 60)) & low_bits;
}

rlimit mark_limit(const ProcessMark& mark) {
  return {.rlim_cur = marked | (mark.serial & low_bits), .rlim_max = marked | worker_half | mark.worker};
}

std::optional<ProcessMark> read_mark(int pid) {
  rlimit limit{};
  if (prlimit(pid, RLIMIT_RTTIME, nullptr, &limit) != 0) return std::nullopt;
  if ((limit.rlim_max & ~low_bits) != (marked | worker_half)) return std::nullopt;
  if ((limit.rlim_cur & ~low_bits) != marked) return std::nullopt;
  return ProcessMark{.worker = limit.rlim_max & low_bits, .serial = limit.rlim_cur & low_bits};
}

}  // namespace argosy::keeper
