// A problem of something that a user wrote, and the bounded list of them that a check makes.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace argosy {

// `what` is wrong at `path`; `hint` says what to do and may be empty.
struct Problem {
  std::string path;  // "packages.load.tasks.extract.run[2]"
  std::string what;
  std::string hint;

  // "packages.load.tasks.extract.run[2]: what; hint"
  std::string text() const {
    return (path.empty() ? "" : path + ": ") + what + (hint.empty() ? "" : "; " + hint);
  }
  bool operator==(const Problem&) const = default;
};

// More problems than this are counted, not listed.
inline constexpr std::size_t kProblemsListed = 50;

class Problems {
 public:
  void add(std::string path, std::string what, std::string hint = "") {
    if (++count_ <= kProblemsListed) listed_.push_back({std::move(path), std::move(what), std::move(hint)});
  }
  // True once more would only be counted: expensive checks may stop.
  bool full() const { return count_ > kProblemsListed; }
  // The list; its last one tells of those that were only counted.
  std::vector<Problem> take() {
    if (full()) listed_.push_back({"", "there are more problems than these", "mend these first"});
    return std::move(listed_);
  }

 private:
  std::size_t count_ = 0;
  std::vector<Problem> listed_;
};

}  // namespace argosy
