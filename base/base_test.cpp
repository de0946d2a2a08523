#include <gtest/gtest.h>

#include "base/fnv.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/rng.h"
#include "base/time.h"

namespace argosy {
namespace {

TEST(Ids, AttemptsOrderByExecutionTaskItemThenAttempt) {
  const AttemptRef first{{ExecutionId{1}, TaskNo{0}, ItemNo{9}}, AttemptNo{2}};
  const AttemptRef second{{ExecutionId{1}, TaskNo{1}, ItemNo{0}}, AttemptNo{1}};
  EXPECT_LT(first, second);
}

TEST(Ids, EpochsOrderByNumberThenBroker) {
  EXPECT_LT((Epoch{3, "b2"}), (Epoch{4, "b1"}));
  EXPECT_LT((Epoch{3, "b1"}), (Epoch{3, "b2"}));
}

// Values of the authors' test suite.
TEST(Fnv, IsWhatItsAuthorsSay) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325u);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8u);
  EXPECT_EQ(fnv1a("bar", fnv1a("foo")), fnv1a("foobar"));
}

TEST(Rng, SameSeedSameSequence) {
  Rng a(7), b(7), c(8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const auto drawn = a.next();
    EXPECT_EQ(drawn, b.next());
    differs |= drawn != c.next();
  }
  EXPECT_TRUE(differs);
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = 3;
  const Result<int> bad = Error{"no such file"};
  EXPECT_EQ(*good, 3);
  EXPECT_EQ(bad.error().message, "no such file");
}

TEST(ResultDeathTest, TheValueOfAnErrorIsABug) {
  const Result<int> bad = Error{"no"};
  EXPECT_DEATH(bad.value(), "CHECK failed");
}

}  // namespace
}  // namespace argosy
