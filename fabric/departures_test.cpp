#include "fabric/departures.h"

#include <gtest/gtest.h>

namespace argosy::fabric {
namespace {

constexpr Time kNow{1000};
using Peers = std::vector<Departures::PeerNo>;

TEST(Departures, ADisconnectMakesThePeerOfThatDescriptorASuspectUntilForgotten) {
  Departures departures;
  departures.accepted(7);
  departures.claim(7, 1);
  EXPECT_EQ(departures.due(kNow), Peers{});
  departures.disconnected(7);
  EXPECT_EQ(departures.due(kNow), Peers{1});
  for (int i = 0; i < 100; ++i) departures.probed(1, kNow);
  ASSERT_TRUE(departures.deadline());  // it is gone for certain, so never let off
  departures.forget(1, 7);
  EXPECT_FALSE(departures.deadline());
}

TEST(Departures, ANewPeerOnAnOldDescriptorIsNotTakenForTheOldOne) {
  Departures departures;
  departures.accepted(7);
  departures.claim(7, 1);
  departures.disconnected(7);
  departures.forget(1, 7);
  departures.accepted(7);
  departures.claim(7, 2);
  EXPECT_EQ(departures.due(kNow), Peers{});
}

TEST(Departures, AFirstMessageReadAfterItsConnectionEndedMakesASuspect) {
  Departures departures;
  departures.accepted(7);
  departures.disconnected(7);
  departures.claim(7, 1);
  EXPECT_EQ(departures.due(kNow), Peers{1});
}

TEST(Departures, ALivePeerInDoubtIsLetBeInTheEnd) {
  Departures departures;
  departures.accepted(7);
  departures.disconnected(7);
  departures.accepted(7);
  departures.claim(7, 1);
  EXPECT_EQ(departures.due(kNow), Peers{1});
  for (int i = 0; i < 100; ++i) departures.probed(1, kNow);
  EXPECT_FALSE(departures.deadline());
}

TEST(Departures, ADescriptorClaimedByAnotherWithoutAWordIsProofThatTheFirstIsGone) {
  Departures departures;
  departures.accepted(7);
  departures.claim(7, 1);
  departures.claim(7, 2);
  EXPECT_EQ(departures.due(kNow).front(), 1u);
}

}  // namespace
}  // namespace argosy::fabric
