// The simulator itself: the same seed is the same run, byte for byte; a stretch of seeds is clean; and each planted bug is
// noticed by the witness of its promise.
#include <gtest/gtest.h>

#include "tests/sim/hunt.h"
#include "tests/sim/world.h"

namespace argosy::sim {
namespace {

TEST(Simulator, TheSameSeedGivesTheSameTranscript) {
  for (const std::uint64_t seed : {3, 7, 11}) {
    World first({seed, Bug::none, true}), second({seed, Bug::none, true});
    const Verdict a = first.run(), b = second.run();
    EXPECT_EQ(a.transcript, b.transcript);
    EXPECT_EQ(a.digest, b.digest);
    EXPECT_GT(a.transcript.size(), 10'000u);
  }
}

TEST(Simulator, ADigestTellsRunsApart) {
  World first({3, Bug::none, false}), second({4, Bug::none, false});
  EXPECT_NE(first.run().digest, second.run().digest);
}

TEST(Simulator, EveryPromiseHoldsOnAStretchOfSeeds) {
  const Sum sum = run_seeds({1, 120, 2, Bug::none, ""});
  EXPECT_EQ(sum.failed_seed, 0u) << sum.failure << "\nrepeat with: scripts/sim --from " << sum.failed_seed << " --transcript";
  EXPECT_EQ(sum.seeds, 120u);
  EXPECT_GT(sum.faults, 500u);
  EXPECT_GT(sum.late_messages, 50u);
}

class PlantedBug : public testing::TestWithParam<BugName> {};

// From its recorded seed on; the machines change, and with them which seed shows a bug first.
TEST_P(PlantedBug, IsNoticed) {
  const BugName& bug = GetParam();
  const Sum sum = run_seeds({bug.seed, 200, 2, bug.bug, std::string(bug.promise)});
  EXPECT_NE(sum.failed_seed, 0u) << bug.name << " breaks " << bug.promise << ", and nobody noticed from seed " << bug.seed;
}

INSTANTIATE_TEST_SUITE_P(Simulator, PlantedBug, testing::ValuesIn(bugs()),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace argosy::sim
