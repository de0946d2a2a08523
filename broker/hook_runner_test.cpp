// Hooks of a broker, run as processes: what the machine waits for is told to it, whatever happens beside it.
#include "broker/hook_runner.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/check.h"
#include "fabric/clock.h"

namespace argosy::broker {
namespace {

class HookRunnerTest : public ::testing::Test {
 protected:
  HookRunnerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "argosy-hooks-XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    config_.fence.command = {"sh", "-c", "echo $ARGOSY_PEER >> " + (folder_ / "fenced").string()};
    config_.on_activate.command = {"true"};
    config_.on_alarm.command = {"true"};
  }
  ~HookRunnerTest() override { std::filesystem::remove_all(folder_); }

  void await_end() {
    std::vector<fabric::Readiness> ready;
    polls_.wait(fabric::read_steady() + seconds(60), ready);
    ASSERT_EQ(ready.size(), 1u) << "the hook did not end";
  }
  std::string fenced() const {
    std::stringstream text;
    text << std::ifstream(folder_ / "fenced").rdbuf();
    return text.str();
  }

  std::filesystem::path folder_;
  fabric::PollSet polls_;
  Config config_;
  HookRunner hooks_{polls_, config_};
  std::vector<Event> ended_;
};

TEST_F(HookRunnerTest, AnAlarmBesideAHookThatHasEndedHidesNothing) {
  hooks_.order({HookRunId{1}, HookKind::on_activate, {}, {1, "b1"}}, fabric::read_steady(), ended_);
  await_end();
  hooks_.alarm({"b2", "it is not heard"}, {1, "b1"}, fabric::read_steady());
  hooks_.take(fabric::read_steady(), ended_);
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(std::get<HookEnded>(ended_.front()).run, HookRunId{1});
  EXPECT_TRUE(std::get<HookEnded>(ended_.front()).ok);
}

TEST_F(HookRunnerTest, FencesOnePeerAfterTheOther) {
  hooks_.order({HookRunId{1}, HookKind::fence, {"b2", "b3"}, {1, "b1"}}, fabric::read_steady(), ended_);
  await_end();
  hooks_.take(fabric::read_steady(), ended_);
  EXPECT_TRUE(ended_.empty());
  await_end();
  hooks_.take(fabric::read_steady(), ended_);
  EXPECT_EQ(ended_.size(), 1u);
  EXPECT_EQ(fenced(), "b2\nb3\n");
}

TEST_F(HookRunnerTest, FencesByThePeersFolderWhereThereIsNoHook) {
  config_.fence.command.clear();
  config_.peers = {{"b2", "", folder_}};
  hooks_.order({HookRunId{1}, HookKind::fence, {"b2"}, {1, "b1"}}, fabric::read_steady(), ended_);
  ASSERT_TRUE(hooks_.deadline());
  hooks_.take(*hooks_.deadline(), ended_);
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_TRUE(std::get<HookEnded>(ended_.front()).ok);
}

// It may be the one that serves by now.
TEST_F(HookRunnerTest, ARiseThatWasGivenUpFencesNobodyMore) {
  hooks_.order({HookRunId{1}, HookKind::fence, {"b2", "b3"}, {1, "b1"}}, fabric::read_steady(), ended_);
  hooks_.fence_no_more();
  await_end();
  hooks_.take(fabric::read_steady(), ended_);
  EXPECT_TRUE(ended_.empty());
  EXPECT_FALSE(hooks_.deadline());
  EXPECT_EQ(fenced(), "b2\n");
}

}  // namespace
}  // namespace argosy::broker
