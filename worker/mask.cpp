#include "worker/mask.h"

#include <algorithm>
#include <utility>

#include "fabric/sealing.h"

namespace argosy::worker {
namespace {

constexpr std::size_t kShortest = 4;
constexpr char kShown = 0, kHidden = 1;

std::vector<std::uint32_t> beginnings_again(const std::string& text) {
  std::vector<std::uint32_t> back(text.size() + 1, 0);
  for (std::size_t n = 1; n < text.size(); ++n) {
    std::uint32_t met = back[n];
    while (met > 0 && text[met] != text[n]) met = back[met];
    back[n + 1] = text[met] == text[n] ? met + 1 : 0;
  }
  return back;
}

}  // namespace

Mask::Mask(std::vector<std::string> values) {
  values_.reserve(values.size());  // growing, it would leave short ones behind
  for (auto& text : values) {
    if (text.size() >= kShortest) values_.push_back({text, beginnings_again(text), 0});
    fabric::wipe(text);
  }
}

Mask::~Mask() {
  for (auto& value : values_) fabric::wipe(value.text);
}

// Looks at each byte once (Knuth, Morris, Pratt): values and output of many repetitions cost no more than others.
void Mask::hide_echoes(Value& value, std::size_t from) {
  std::size_t hidden_to = 0;
  const std::string_view kept = kept_.view();
  for (std::size_t at = from; at < kept.size(); ++at) {
    if (value.met == 0) at = kept.find(value.text[0], at);
    if (at == std::string::npos) return;
    while (value.met > 0 && value.text[value.met] != kept[at]) value.met = value.back[value.met];
    if (value.text[value.met] == kept[at]) ++value.met;
    if (value.met < value.text.size()) continue;
    const std::size_t begin = std::max(hidden_to, at + 1 - value.text.size());
    hidden_to = at + 1;
    std::fill(marks_.begin() + static_cast<std::ptrdiff_t>(begin), marks_.begin() + static_cast<std::ptrdiff_t>(hidden_to), kHidden);
    value.met = value.back[value.met];
  }
}

std::string Mask::pass(std::string_view bytes) {
  const std::size_t from = kept_.size();
  kept_.append(bytes);
  marks_.resize(kept_.size(), kShown);
  std::size_t undecided = 0;
  for (auto& value : values_) {
    hide_echoes(value, from);
    undecided = std::max(undecided, value.met);
  }
  return give(kept_.size() - undecided);
}

std::string Mask::finish() {
  for (auto& value : values_) value.met = 0;
  return give(kept_.size());
}

std::string Mask::give(std::size_t count) {
  std::string shown;
  for (std::size_t at = 0; at < count;) {
    const bool hides = marks_[at] == kHidden;
    const std::size_t end = std::min(count, marks_.find(hides ? kShown : kHidden, at));
    if (!hides) shown.append(kept_.view().substr(at, end - at));
    else if (!hiding_) shown += "***";
    hiding_ = hides;
    at = end;
  }
  kept_.drop_front(count);
  marks_.erase(0, count);
  return shown;
}

}  // namespace argosy::worker
