// What an asker hears of a document.
#include "master/desk_verbs.h"

#include <gtest/gtest.h>

namespace argosy::master {
namespace {

using nlohmann::json;

TEST(Reply, AListThatIsTooLargeIsCutIntoPages) {
  Document page{json::array(), "7", {}};
  for (int row = 0; row < 300; ++row) page.add({{"row", row}, {"value", std::string(65'536, 'v')}}, std::to_string(row));
  int row = 0;
  for (std::string next; next != "7";) {
    const Word word = reply("r", page);
    ASSERT_TRUE(std::holds_alternative<Answer>(word));
    const auto& answer = std::get<Answer>(word);
    ASSERT_LE(answer.document.size(), 8u << 20);
    for (const auto& one : json::parse(answer.document)) EXPECT_EQ(one["row"], row++);
    next = answer.next;
    EXPECT_TRUE(next == "7" || next == std::to_string(row - 1)) << next;
    while (page.marks.size() > static_cast<std::size_t>(300 - row)) page.body.erase(page.body.begin()), page.marks.erase(page.marks.begin());
  }
  EXPECT_EQ(row, 300);
}

TEST(Reply, WhatNoPageHoldsIsRefused) {
  const std::string large(9u << 20, 'v');
  const Word one = reply("r", Document{{{"value", large}}, {}});
  EXPECT_EQ(std::get<Refused>(one).reason, Refusal::too_large);
  Document list{json::array(), {}};
  list.add(large, "1");
  EXPECT_EQ(std::get<Refused>(reply("r", list)).reason, Refusal::too_large);
}

}  // namespace
}  // namespace argosy::master
