#include "master/desk_aside.h"

#include <gtest/gtest.h>

#include <future>

#include "fabric/test_folder.h"

namespace argosy::master {
namespace {

Verdict echo(Room& room, Arguments&) { return Document{{{"who", room.who()}}, {}}; }

// Goes on until it is told to stop.
std::promise<void> endless_began;
Verdict endless(Room& room, Arguments&) {
  endless_began.set_value();
  std::promise<void> stopped;
  const std::stop_callback tell(room.stop, [&] { stopped.set_value(); });
  stopped.get_future().wait();
  return DeskRefusal{};
}

constexpr Verb kEcho{"echo", Role::viewer, echo, true};
constexpr Verb kEndless{"endless", Role::viewer, endless, true};

class DeskAsideTest : public testing::Test {
 protected:
  DeskAsideTest() {
    options_.catalog = "sqlite:" + (folder_ / "catalog.db").string();
    catalog::Options make;
    make.migrate = true;
    EXPECT_TRUE(catalog::Catalog::open(options_.catalog, make).ok());
  }

  DeskAside::Question question(const Verb& verb, const std::string& request = "r") {
    return {{Role::operator_, "olga", {7}}, {}, request, &verb, Arguments(nlohmann::json::object())};
  }

  fabric::TestFolder folder_;
  DeskOptions options_;
};

TEST_F(DeskAsideTest, AnswersWhoeverAsked) {
  std::promise<std::pair<Address, Word>> said;
  DeskAside aside(options_, [&](const Address& to, ShardTerm, Word word) { said.set_value({to, std::move(word)}); });
  EXPECT_TRUE(aside.put(question(kEcho, "r17")));
  const auto [to, word] = said.get_future().get();
  EXPECT_EQ(to.name, "olga");
  EXPECT_EQ(std::get<Answer>(word).request, "r17");
  EXPECT_EQ(std::get<Answer>(word).document, "{\"who\":\"operator olga\"}");
}

TEST_F(DeskAsideTest, ACatalogThatIsAwayIsTold) {
  std::promise<Word> said;
  DeskOptions away;
  away.catalog = "sqlite:" + (folder_ / "none.db").string();
  DeskAside aside(away, [&](const Address&, ShardTerm, Word word) { said.set_value(std::move(word)); });
  EXPECT_TRUE(aside.put(question(kEcho)));
  EXPECT_EQ(std::get<Refused>(said.get_future().get()).reason, Refusal::catalog_unavailable);
}

TEST_F(DeskAsideTest, IsBoundedAndStopsWhatIsUnderWay) {
  DeskAside aside(options_, [](const Address&, ShardTerm, Word) { FAIL() << "an answer after the end"; });
  EXPECT_TRUE(aside.put(question(kEndless)));
  endless_began.get_future().wait();
  for (std::size_t i = 0; i < DeskAside::kWaitingMost; ++i) EXPECT_TRUE(aside.put(question(kEcho)));
  EXPECT_FALSE(aside.put(question(kEcho)));
}  // would hang here if it did not stop

}  // namespace
}  // namespace argosy::master
