// The machine and packages' content.
#include "worker/machine_fixture.h"

namespace argosy::worker {
namespace {

TEST_F(WorkerTest, ContentIsFetchedPieceByPiece) {
  ready();
  auto word = run({attempt(0)});
  word.specs[0].content = "d1";
  from_master(word);
  EXPECT_EQ(take_one(out_.want_content), "d1");
  step(ContentMissing{"d1"});
  EXPECT_EQ(said<argosy::Fetch>().offset, 0u);
  from_master(Chunk{"d1", 0, 5, "abc"});
  EXPECT_EQ(take_one(out_.store_content).data, "abc");
  EXPECT_EQ(said<argosy::Fetch>().offset, 3u);
  from_master(Chunk{"d1", 3, 5, "de"});
  take_one(out_.store_content);
  step(ContentReady{"d1"});
  EXPECT_EQ(take_one(out_.starts).attempt, attempt(0));
}

TEST_F(WorkerTest, APieceThatDoesNotComeIsAskedForAgain) {
  fetch_for(attempt(0));
  from_master(Chunk{"d1", 0, 5, "abc"});
  said<argosy::Fetch>();
  out_ = {};
  live(seconds(4));
  nothing_else();
  live(seconds(1));  // its holder could not read the catalog
  EXPECT_EQ(said<argosy::Fetch>().offset, 3u);
  nothing_else();
  step(LinkDown{});
  step(LinkUp{});
  said<Hello>();
  welcome();
  EXPECT_EQ(said<argosy::Fetch>().offset, 3u);
  from_master(Chunk{"d1", 3, 5, "de"});
  from_master(Chunk{"d1", 3, 5, "de"});  // what was asked for twice may come twice
  EXPECT_EQ(take_one(out_.store_content).data, "de");
  live(seconds(6));  // it is being unpacked
}

TEST_F(WorkerTest, AFetchEndsWithThoseThatWaitForIt) {
  fetch_for(attempt(0));
  from_master(Drop{kSession, {attempt(0)}});
  said<Credit>();
  EXPECT_EQ(take_one(out_.forget), attempt(0));
  live(seconds(5));
  nothing_else();
  EXPECT_TRUE(machine_.state().fetches.empty());
}

TEST_F(WorkerTest, LeavesWhileContentIsOnItsWay) {
  fetch_for(attempt(0));
  step(Shutdown{});
  EXPECT_EQ(said<Return>().attempts, std::vector{attempt(0)});
  EXPECT_TRUE(out_.left);
  out_ = {};
}

TEST_F(WorkerTest, ContentThatCannotBeHadFailsTheAttempt) {
  fetch_for(attempt(0));
  from_master(Chunk{"d1", 0, 0, ""});
  EXPECT_EQ(take_one(out_.spool_ends).end.reason, EndReason::content_missing);
  said<Credit>();
}

}  // namespace
}  // namespace argosy::worker
