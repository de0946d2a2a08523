#include "master/plan.h"

#include <bit>
#include <cmath>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/fnv.h"

namespace argosy::master {
namespace {

// In the manner of FNV-1a, over every field that a visit() names.
class Summer {
 public:
  std::uint64_t sum() const { return sum_; }

  template <class T>
  void operator()(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      add(bits(value));
    } else if constexpr (requires(T& t, Summer& v) { t.visit(v); }) {
      const_cast<T&>(value).visit(*this);  // visit() of a plain struct only reads here
    } else if constexpr (std::is_same_v<T, std::string>) {
      text(value);
    } else if constexpr (std::is_same_v<T, Duration>) {
      add(static_cast<std::uint64_t>(value.us));
    } else if constexpr (std::is_same_v<T, TaskNo>) {
      add(value.value);
    } else {
      many(value);
    }
  }

 private:
  static std::uint64_t bits(double d) { return std::bit_cast<std::uint64_t>(d); }
  template <class T>
    requires(!std::is_floating_point_v<T>)
  static std::uint64_t bits(T value) {
    return static_cast<std::uint64_t>(value);
  }
  void add(std::uint64_t word) { sum_ = std::rotl(sum_ ^ (word * 0x9e3779b97f4a7c15), 23) * kFnvPrime; }
  void text(std::string_view text) {
    add(text.size());
    sum_ = fnv1a(text, sum_);
  }
  template <class T>
  void many(const std::optional<T>& value) {
    add(value.has_value());
    if (value) (*this)(*value);
  }
  template <class T>
  void many(const std::vector<T>& values) {
    add(values.size());
    for (const T& value : values) (*this)(value);
  }
  template <class K, class T>
  void many(const std::map<K, T>& values) {
    add(values.size());
    for (const auto& [key, value] : values) (*this)(key), (*this)(value);
  }

  std::uint64_t sum_ = kFnvBasis;
};

std::uint64_t fingerprint_of(const Terms& terms) {
  Summer sum;
  sum(terms.project), sum(terms.content), sum(terms.parameters), sum(terms.sealed_parameters);
  sum(terms.workers), sum(terms.worker_tags), sum(terms.priority), sum(terms.batch);
  return sum.sum();
}

std::shared_ptr<const Plan> make_plan(Package&& package) {
  auto plan = std::make_shared<Plan>();
  plan->package = std::move(package);
  plan->next.resize(plan->package.tasks.size());
  for (std::uint32_t to = 0; to < plan->package.tasks.size(); ++to) {
    for (const After& after : plan->package.tasks[to].after) {
      if (after.task.value < plan->next.size()) plan->next[after.task.value].push_back({to, after.on});
    }
  }
  return plan;
}

template <class Held>
void sweep(std::multimap<std::uint64_t, std::weak_ptr<const Held>>& held) {
  std::erase_if(held, [](const auto& entry) { return entry.second.expired(); });
}

}  // namespace

std::uint64_t allowed_failures(const MaxFailures& rule, std::uint64_t items) {
  if (!rule.percent) return rule.count;
  return static_cast<std::uint64_t>(std::floor(static_cast<double>(items) * *rule.percent / 100.0));
}

bool gives_up(const MaxFailures& rule) { return rule.count > 0 || rule.percent.has_value(); }

std::uint64_t fingerprint(const Package& package) {
  Summer sum;
  sum(package);
  return sum.sum();
}

std::shared_ptr<const Plan> Plans::intern(Package&& package) {
  const std::uint64_t sum = fingerprint(package);
  for (auto [at, end] = plans_.equal_range(sum); at != end; ++at) {
    if (auto plan = at->second.lock(); plan && plan->package == package) return plan;
  }
  sweep_if_due();
  auto plan = make_plan(std::move(package));
  plans_.emplace(sum, plan);
  return plan;
}

std::shared_ptr<const Terms> Plans::intern(Terms&& terms) {
  const std::uint64_t sum = fingerprint_of(terms);
  for (auto [at, end] = terms_.equal_range(sum); at != end; ++at) {
    if (auto held = at->second.lock(); held && *held == terms) return held;
  }
  sweep_if_due();
  auto held = std::make_shared<const Terms>(std::move(terms));
  terms_.emplace(sum, held);
  return held;
}

void Plans::sweep_if_due() {
  if (size() <= sweep_at_) return;
  sweep(plans_), sweep(terms_);
  sweep_at_ = 1024 + 2 * size();
}

}  // namespace argosy::master
