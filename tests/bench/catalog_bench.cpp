// Rates of the catalog: catalog_bench URL [TASKS]. URL as for --catalog; its tables are made if they are not
// there. claims + ends: each task costs one claim and one end, in batches; claims of the next tasks ride with
// ends of the former.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "catalog/catalog.h"
#include "catalog/work.h"

namespace argosy::catalog {
namespace {

double seconds_of(const auto& act) {
  const auto begin = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void must(const BatchOutcome& outcome) {
  if (outcome.verdict == BatchVerdict::committed) return;
  std::fprintf(stderr, "catalog_bench: %s\n", outcome.detail.c_str());
  std::exit(1);
}

class Bench {
 public:
  Bench(Catalog& catalog, ShardTerm fence) : catalog_(catalog), fence_(fence) {}

  Batch batch() {
    Batch b;
    b.id = ++id_;
    b.fence = fence_;
    return b;
  }

  Admission admission(std::uint64_t items) {
    Admission a;
    a.submitter = "bench";
    a.key = std::to_string(fence_.term.value) + "/" + std::to_string(++key_);
    a.request_digest = a.key;
    a.package.name = "bench";
    Task task;
    task.name = "run";
    task.argv = {"/bin/true"};
    if (items > 1)
      task.for_each = {ItemSource::range, "", {0, static_cast<std::int64_t>(items) - 1, 1}, {}, "", 0, 0, ""};
    a.package.tasks = {task};
    a.items = {items};
    a.at = {1};
    return a;
  }

  ExecutionId admit(std::uint64_t items) {
    Batch b = batch();
    b.admissions = {admission(items)};
    const auto outcome = write(catalog_, b);
    must(outcome);
    return outcome.admissions[0].execution;
  }

  static AttemptRef ref(ExecutionId e, std::uint64_t item) { return {{e, {0}, {item}}, {1}}; }

  EndRow end_of(AttemptRef a) {
    EndRow row;
    row.end.attempt = a;
    row.end.exit_code = 0;
    row.end.started_at = {2};
    row.end.ended_at = {3};
    return row;
  }

  void tasks(std::uint64_t total, std::uint64_t size) {
    const ExecutionId e = admit(total);
    const double took = seconds_of([&] {
      for (std::uint64_t at = 0; at < total + size; at += size) {
        Batch b = batch();
        for (std::uint64_t i = at; i < at + size && i < total; ++i)
          b.claims.push_back({ref(e, i), "w1", {7}, {1}});
        for (std::uint64_t i = at - size; at > 0 && i < at && i < total; ++i)
          b.ends.push_back(end_of(ref(e, i)));
        b.tasks = {{e, {0}, ItemState::ready, at, at + size, at, 0, 0, 0, 0, {}}};
        must(write(catalog_, b));
      }
    });
    std::printf("%-44s %10.0f /s\n", ("tasks (claim + end), " + std::to_string(size) + " a batch").c_str(),
                static_cast<double>(total) / took);
  }

  void admissions(std::uint64_t total, std::uint64_t size) {
    const double took = seconds_of([&] {
      for (std::uint64_t at = 0; at < total; at += size) {
        Batch b = batch();
        for (std::uint64_t i = 0; i < size; ++i) b.admissions.push_back(admission(1));
        must(write(catalog_, b));
      }
    });
    std::printf("%-44s %10.0f /s\n", ("admissions, " + std::to_string(size) + " a batch").c_str(),
                static_cast<double>(total) / took);
  }

  void logs(std::uint64_t megabytes, std::uint64_t chunks_a_batch) {
    const ExecutionId e = admit(1);
    Batch b = batch();
    b.claims = {{ref(e, 0), "w1", {7}, {1}}};
    must(write(catalog_, b));
    std::string data(256 * 1024, '\0');
    std::uint64_t state = 1;
    for (char& c : data)
      state = state * 6364136223846793005u + 1442695040888963407u, c = static_cast<char>(state >> 56);
    std::uint64_t offset = 0;
    const double took = seconds_of([&] {
      while (offset < megabytes << 20) {
        Batch out = batch();
        for (std::uint64_t i = 0; i < chunks_a_batch; ++i, offset += data.size())
          out.outputs.push_back({{ref(e, 0),
                                  offset,
                                  static_cast<std::uint32_t>(data.size()),
                                  {{1, 262144, {1}}},
                                  LogCodec::raw,
                                  data}});
        must(write(catalog_, out));
      }
    });
    std::printf("%-44s %10.0f MB/s\n",
                ("log chunks of 256 KiB, " + std::to_string(chunks_a_batch) + " a batch").c_str(),
                static_cast<double>(offset) / 1e6 / took);
  }

  void single_commits(int count) {
    const double took = seconds_of([&] {
      for (int i = 0; i < count; ++i) must(write(catalog_, batch()));
    });
    std::printf("%-44s %10.0f /s\n", "confirmations, one at a time", count / took);
    const ExecutionId e = admit(1'000'000);
    std::uint64_t item = 0;
    const double pair = seconds_of([&] {
      for (int i = 0; i < count; ++i, ++item) {
        Batch b = batch();
        b.claims = {{ref(e, item), "w1", {7}, {1}}};
        must(write(catalog_, b));
        b = batch();
        b.ends = {end_of(ref(e, item))};
        must(write(catalog_, b));
      }
    });
    std::printf("%-44s %10.0f us\n", "one claim and one end, one at a time", pair / count * 1e6);
  }

  void adoption() {
    const double took = seconds_of([&] {
      const auto snapshot = read_shard(catalog_, fence_);
      if (!snapshot) std::fprintf(stderr, "%s\n", snapshot.error().message.c_str());
    });
    std::printf("%-44s %10.1f ms\n", "adoption of all the above", took * 1e3);
  }

 private:
  Catalog& catalog_;
  ShardTerm fence_;
  std::uint64_t id_ = 0, key_ = 0;
};

}  // namespace
}  // namespace argosy::catalog

int main(int argc, char** argv) {
  using namespace argosy::catalog;
  if (argc < 2) return std::fprintf(stderr, "usage: catalog_bench URL [TASKS]\n"), 2;
  const std::uint64_t total = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000;
  Options options;
  options.migrate = true;
  auto catalog = Catalog::open(argv[1], options);
  if (!catalog) return std::fprintf(stderr, "%s\n", catalog.error().message.c_str()), 1;
  const auto fence = take_shard(**catalog, {0}, "bench", {1});
  if (!fence) return std::fprintf(stderr, "%s\n", fence.error().message.c_str()), 1;
  Bench bench(**catalog, *fence);
  bench.tasks(total, 200);
  bench.tasks(total, 1000);
  bench.admissions(20'000, 500);
  if (total >= 100'000) bench.logs(512, 8);
  bench.single_commits(2000);
  bench.adoption();
}
