// What of the window no story can show: how many classes it keeps.
#include "master/window.h"

#include <gtest/gtest.h>

namespace argosy::master {
namespace {

OfferSource source(std::uint64_t execution) {
  OfferSource source;
  source.items = ItemCursor(1);
  source.first = {{execution}, {0}, {0}};
  source.group = execution;
  return source;
}

Resources needs(std::uint64_t memory) { return {1000, memory, {}}; }

TEST(Window, ClassesThatNothingIsOfAnyMoreAreForgotten) {
  Window window;
  OfferSource kept = source(1);
  window.join(kept, needs(1), {});
  window.refresh(kept);
  const std::uint32_t its = kept.offer_class;
  for (std::uint64_t run = 2; run < 10'000; ++run) {
    OfferSource other = source(run);
    window.join(other, needs(run), {});
    window.refresh(other);
    Publish publish;
    Withdraw withdraw;
    if (run % 2 == 0) window.fill({}, publish, withdraw);
    window.leave(other);
  }
  EXPECT_LE(window.classes(), 2000u);
  EXPECT_EQ(kept.offer_class, its);

  OfferSource equal = source(20'000);
  window.join(equal, needs(1), {});
  EXPECT_EQ(equal.offer_class, its);
  OfferSource again = source(20'001);
  window.join(again, needs(2), {});
  EXPECT_GE(again.offer_class, 9'999u);  // a number is not given twice
}

}  // namespace
}  // namespace argosy::master
