#include "master/window.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace argosy::master {
namespace {

constexpr std::size_t turn = 64;  // offers that a group makes before the next one's turn

std::string needs_text(const Resources& r) {
  std::string text = std::to_string(r.cpu_milli) + '/' + std::to_string(r.memory_bytes);
  for (const auto& tag : r.tags) (text += '\0') += tag;
  return text;
}

std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) (text += name) += '\0';
  return text;
}

}  // namespace

void Window::join(OfferSource& source, const Resources& resources, const std::vector<std::string>& workers) {
  CHECK(source.offer_class == 0);
  sweep_if_due();
  auto [it, is_new] = class_names_.try_emplace({needs_text(resources), names_text(workers)}, next_class_);
  if (is_new) classes_[next_class_++].what = {it->second, resources, workers};
  source.offer_class = it->second;
  ++classes_.at(it->second).sources;
}

// Not as soon as a class is left: most are wanted again, and the broker need not hear of them anew.
void Window::sweep_if_due() {
  if (classes_.size() < sweep_at_) return;
  std::erase_if(class_names_, [this](const auto& named) {
    const auto at = classes_.find(named.second);
    if (at->second.sources > 0) return false;
    CHECK(at->second.out == 0);
    hungry_classes_.erase(at->first);
    classes_.erase(at);
    return true;
  });
  sweep_at_ = 1024 + 2 * classes_.size();
}

void Window::set_out(Class& in, GroupKey key, Group& group, std::size_t out) {
  if (group.out == out) return;
  if (group.out > 0) in.fattest.erase({key.first, group.out, key.second});
  if (out > 0) in.fattest.insert({key.first, out, key.second});
  in.out += out - group.out;
  group.out = out;
}

void Window::enqueue(Class& in, GroupKey key, Group& group) {
  group.queued = true;
  Turns& turns = in.turns[key.first];
  (group.out == 0 ? turns.fresh : turns.again).push_back(key.second);
}

// Puts the source where its cursor says it belongs.
void Window::settle(Class& in, GroupKey key, OfferSource& source) {
  Group& group = in.groups[key];
  const Key name = key_of(source);
  if (source.items.offerable() > 0) {
    group.hungry.emplace(name, &source);
    if (!group.queued) enqueue(in, key, group);
    hungry_classes_.insert(in.what.id);
  } else {
    group.hungry.erase(name);
  }
  if (source.items.offered() > 0) {
    group.fed.emplace(name, &source);
  } else {
    group.fed.erase(name);
  }
  if (group.out == 0 && group.hungry.empty() && group.fed.empty() && !group.queued) in.groups.erase(key);
}

void Window::refresh(OfferSource& source) {
  if (source.offer_class == 0) return;
  settle(classes_.at(source.offer_class), {-source.priority, source.group}, source);
}

void Window::leave(OfferSource& source) {
  if (source.offer_class == 0) return;
  Class& in = classes_.at(source.offer_class);
  const GroupKey key{-source.priority, source.group};
  Group& group = in.groups[key];
  scratch_.clear();
  source.items.withdraw(source.items.offered(), scratch_);
  for (const auto item : scratch_) left_.push_back({source.first.execution, source.first.task, ItemNo{item}});
  set_out(in, key, group, group.out - scratch_.size());
  offered_ -= scratch_.size();
  group.hungry.erase(key_of(source));
  group.fed.erase(key_of(source));
  source.offer_class = 0;
  --in.sources;
  if (group.hungry.empty() && group.fed.empty() && !group.queued) in.groups.erase(key);
}

void Window::claim(OfferSource& source, std::uint64_t item) {
  const std::uint64_t before = source.items.offered();
  source.items.claim(item);
  if (source.offer_class == 0) return;
  Class& in = classes_.at(source.offer_class);
  const GroupKey key{-source.priority, source.group};
  const std::uint64_t now = source.items.offered();
  CHECK(now <= before);
  Group& group = in.groups[key];
  set_out(in, key, group, group.out - (before - now));
  offered_ -= before - now;
  settle(in, key, source);
}

std::size_t Window::offer_some(std::uint32_t id, Class& in, GroupKey key, std::size_t most, Publish& publish) {
  Group& group = in.groups.at(key);
  std::size_t made = 0;
  while (made < most && !group.hungry.empty()) {
    OfferSource& source = *group.hungry.begin()->second;
    scratch_.clear();
    source.items.offer(most - made, scratch_);
    for (const auto item : scratch_) {
      publish.offers.push_back({{source.first.execution, source.first.task, ItemNo{item}}, id, source.priority, source.group});
      sources_.push_back(&source);
    }
    made += scratch_.size();
    group.fed.emplace(key_of(source), &source);
    if (source.items.offerable() == 0) group.hungry.erase(group.hungry.begin());
    if (scratch_.empty()) break;
  }
  set_out(in, key, group, group.out + made);
  offered_ += made;
  return made;
}

void Window::take_back(Class& in, GroupKey key, std::size_t most, Withdraw& withdraw) {
  Group& group = in.groups.at(key);
  while (most > 0 && !group.fed.empty()) {
    OfferSource& source = *std::prev(group.fed.end())->second;
    scratch_.clear();
    source.items.withdraw(most, scratch_);
    for (const auto item : scratch_) withdraw.items.push_back({source.first.execution, source.first.task, ItemNo{item}});
    most -= scratch_.size();
    set_out(in, key, group, group.out - scratch_.size());
    offered_ -= scratch_.size();
    settle(in, key, source);
    if (scratch_.empty()) return;
  }
}

// The class is full. True: some room was made for the entrant.
bool Window::make_room(Class& in, GroupKey entrant, Withdraw& withdraw) {
  const std::size_t mine = in.groups.at(entrant).out;
  auto at = in.fattest.rbegin();
  if (at != in.fattest.rend() && GroupKey{std::get<0>(*at), std::get<2>(*at)} == entrant) ++at;
  if (at == in.fattest.rend()) return false;
  const auto [rank, fat, group] = *at;
  const bool outranked = rank > entrant.first;
  if (!outranked && (rank < entrant.first || mine > 0 || fat < 2)) return false;
  take_back(in, {rank, group}, outranked ? std::min(turn, fat) : std::min(turn, fat / 2), withdraw);
  return true;
}

// Whose turn it is. A full class makes room only for a group that has nothing out or outranks what is out. nullptr: nobody's.
std::deque<std::uint64_t>* Window::next_turn(Class& in, std::int32_t rank, Turns& turns, const WindowBounds& bounds,
                                             Withdraw& withdraw) {
  if (turns.empty()) return nullptr;
  if (in.out < bounds.per_class) {
    turns.flip = !turns.flip;
    auto& first = turns.flip ? turns.fresh : turns.again;
    return first.empty() ? (turns.flip ? &turns.again : &turns.fresh) : &first;
  }
  auto& queue = turns.fresh.empty() ? turns.again : turns.fresh;
  const GroupKey key{rank, queue.front()};
  if (in.groups.at(key).hungry.empty()) return &queue;
  return make_room(in, key, withdraw) ? &queue : nullptr;
}

void Window::fill_class(std::uint32_t id, Class& in, const WindowBounds& bounds, Publish& publish, Withdraw& withdraw) {
  const bool was_out = in.out > 0;
  if (!was_out && classes_out_ >= bounds.classes) return;
  std::vector<GroupKey> sated;  // stay in turn, but have their bound out
  for (auto at = in.turns.begin(); at != in.turns.end();) {
    auto& [rank, turns] = *at;
    while (auto* queue = next_turn(in, rank, turns, bounds, withdraw)) {
      const GroupKey key{rank, queue->front()};
      queue->pop_front();
      Group& group = in.groups.at(key);
      group.queued = false;
      if (group.hungry.empty()) {
        if (group.fed.empty()) in.groups.erase(key);
        continue;
      }
      if (group.out >= bounds.per_group) {
        group.queued = true;
        sated.push_back(key);
        continue;
      }
      offer_some(id, in, key, std::min({turn, bounds.per_group - group.out, bounds.per_class - in.out}), publish);
      enqueue(in, key, group);
    }
    if (!turns.empty()) break;  // lower priorities wait behind
    at = in.turns.erase(at);
  }
  for (const GroupKey& key : sated) in.turns[key.first].again.push_back(key.second);
  if (was_out != (in.out > 0)) was_out ? --classes_out_ : ++classes_out_;
}

void Window::fill(const WindowBounds& bounds, Publish& publish, Withdraw& withdraw) {
  withdraw.items.insert(withdraw.items.end(), left_.begin(), left_.end());
  left_.clear();
  if (hungry_classes_.empty()) return;
  const std::size_t others = publish.offers.size();
  sources_.clear();
  std::size_t out = 0;
  for (const auto& [id, in] : classes_) out += in.out > 0;
  classes_out_ = out;
  for (auto at = hungry_classes_.begin(); at != hungry_classes_.end();) {
    Class& in = classes_.at(*at);
    const std::size_t before = publish.offers.size();
    fill_class(*at, in, bounds, publish, withdraw);
    if (publish.offers.size() > before && !in.defined) {
      in.defined = true;
      publish.classes.push_back(in.what);
    }
    at = in.turns.empty() ? hungry_classes_.erase(at) : std::next(at);
  }
  if (withdraw.items.empty()) return;
  // What was offered and taken back within this fill is not offered: Withdraw is said before Publish.
  std::size_t kept = others;
  for (std::size_t i = others; i < publish.offers.size(); ++i) {
    if (sources_[i - others]->items.of(publish.offers[i].item.item.value) != Readiness::offered) continue;
    publish.offers[kept++] = publish.offers[i];
  }
  publish.offers.resize(kept);
}

void Window::forget_offers() {
  left_.clear();
  offered_ = 0;
  for (auto& [id, in] : classes_) {
    in.defined = false;
    in.out = 0;
    in.fattest.clear();
    for (auto& [key, group] : in.groups) {
      group.out = 0;
      for (auto& [name, source] : group.fed) {
        source->items.forget_offers();
        if (source->items.offerable() > 0) group.hungry.emplace(name, source);
      }
      group.fed.clear();
      if (!group.hungry.empty() && !group.queued) enqueue(in, key, group);
      if (!group.hungry.empty()) hungry_classes_.insert(id);
    }
  }
}

}  // namespace argosy::master
