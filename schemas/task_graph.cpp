#include "schemas/task_graph.h"

#include <algorithm>
#include <map>

namespace argosy {
namespace {

using Edges = std::vector<std::vector<std::uint32_t>>;

// Whom each task waits for.
Edges edges_of(const std::vector<Task>& tasks) {
  Edges edges(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    for (const auto& after : tasks[i].after) {
      if (after.task.value < tasks.size()) edges[i].push_back(after.task.value);
    }
  }
  return edges;
}

std::vector<std::uint32_t> order_of(const Edges& edges) {
  Edges followers(edges.size());
  std::vector<std::size_t> open(edges.size());
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < edges.size(); ++i) {
    open[i] = edges[i].size();
    if (open[i] == 0) order.push_back(i);
    for (auto before : edges[i]) followers[before].push_back(i);
  }
  for (std::size_t at = 0; at < order.size(); ++at) {
    for (auto follower : followers[order[at]]) {
      if (--open[follower] == 0) order.push_back(follower);
    }
  }
  return order;
}

}  // namespace

std::vector<std::uint32_t> task_order(const std::vector<Task>& tasks) {
  return order_of(edges_of(tasks));
}

std::vector<std::uint32_t> task_cycle(const std::vector<Task>& tasks) {
  const auto edges = edges_of(tasks);
  const auto order = order_of(edges);
  if (order.size() == tasks.size()) return {};
  std::vector<bool> ordered(tasks.size());
  for (auto i : order) ordered[i] = true;
  // Whatever is not ordered waits for something that is not ordered: walking along must come back.
  std::uint32_t at = 0;
  while (ordered[at]) ++at;
  std::vector<std::uint32_t> path;
  std::vector<bool> seen(tasks.size());
  while (!seen[at]) {
    seen[at] = true;
    path.push_back(at);
    at =
        *std::find_if(edges[at].begin(), edges[at].end(), [&](std::uint32_t next) { return !ordered[next]; });
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), at));
  return path;
}

std::vector<bool> waits_for(const std::vector<Task>& tasks,
                            const std::vector<std::pair<std::uint32_t, std::uint32_t>>& questions) {
  const auto edges = edges_of(tasks);
  const auto order = order_of(edges);
  std::map<std::uint32_t, std::vector<std::size_t>> by_other;
  for (std::size_t q = 0; q < questions.size(); ++q) by_other[questions[q].second].push_back(q);
  std::vector<bool> answers(questions.size());
  std::vector<std::uint64_t> reached(tasks.size());  // bit k: waits for the k-th other of this round
  for (auto next = by_other.begin(); next != by_other.end();) {
    std::fill(reached.begin(), reached.end(), 0);
    std::map<std::uint32_t, std::uint64_t> bits;
    const auto round = next;
    for (int k = 0; k < 64 && next != by_other.end(); ++k, ++next) bits[next->first] = 1ull << k;
    for (auto task : order) {
      for (auto before : edges[task]) {
        const auto bit = bits.find(before);
        reached[task] |= reached[before] | (bit == bits.end() ? 0 : bit->second);
      }
    }
    for (auto it = round; it != next; ++it) {
      for (auto q : it->second) answers[q] = (reached[questions[q].first] & bits[it->first]) != 0;
    }
  }
  return answers;
}

}  // namespace argosy
