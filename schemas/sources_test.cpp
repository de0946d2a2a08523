#include "schemas/sources.h"

#include <gtest/gtest.h>

#include "schemas/json_text.h"

namespace argosy {
namespace {

using Values = std::vector<std::string>;

Values values(const Result<PackedItems>& items) {
  return items ? unpack_items(*items) : Values{items.error().message};
}

TEST(Sources, Ranges) {
  EXPECT_EQ(parse_range("1-1000:2").value(), (Range{1, 1000, 2}));
  EXPECT_EQ(range_count({1, 1000, 2}), 500u);
  EXPECT_EQ(parse_range("-5--3").value(), (Range{-5, -3, 1}));
  EXPECT_EQ(parse_range("7").value(), (Range{7, 7, 1}));
  for (const char* bad : {"", "a", "1-", "5-1", "1-5:0", "1-5:-1", "1-5 ", "1-10000001",
                          "9223372036854775808", "-9223372036854775808-9223372036854775807"}) {
    EXPECT_FALSE(parse_range(bad).ok()) << bad;
  }
  EXPECT_EQ(range_count({INT64_MIN, INT64_MAX, 1}), UINT64_MAX);
}

TEST(Sources, ListsOfRanges) {
  const auto list = parse_item_ranges("1,3,5-9:2");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(unpack_items(list->packed), (Values{"1", "3", "5", "7", "9"}));
  EXPECT_TRUE(parse_item_ranges("1-4")->is_range);
  EXPECT_FALSE(parse_item_ranges("1,,3").ok());
  EXPECT_FALSE(parse_item_ranges("1,").ok());
  EXPECT_FALSE(parse_item_ranges("1-9000000,1-9000000").ok());
}

TEST(Sources, Lines) {
  EXPECT_EQ(values(items_of_lines("a\nb\n", "f")), (Values{"a", "b"}));
  EXPECT_EQ(values(items_of_lines("a\r\nb", "f")), (Values{"a", "b"}));
  EXPECT_EQ(values(items_of_lines("\xEF\xBB\xBF"
                                  "a\n\n\n",
                                  "f")),
            (Values{"a"}));
  EXPECT_EQ(values(items_of_lines("a\n\nb\n", "f")),
            (Values{"f:2: an empty line, which would be an empty item; delete it"}));
  EXPECT_EQ(values(items_of_lines("", "f")), (Values{"f: it has no items; an array needs at least one"}));
  EXPECT_EQ(values(items_of_lines("a\n\xFF\n", "f")),
            (Values{"f:2: byte 1 of the item is no valid UTF-8; items must be UTF-8 text"}));
  EXPECT_FALSE(items_of_lines(std::string("a\0b", 3), "f").ok());
  EXPECT_FALSE(items_of_lines(std::string(70'000, 'x'), "f").ok());
}

TEST(Sources, Json) {
  EXPECT_EQ(values(items_of_json(R"( ["a\nb", 1, {"k": [true]}, "\u00e9\ud83d\ude00"] )", "f")),
            (Values{"a\nb", "1", R"({"k": [true]})", "é😀"}));
  EXPECT_EQ(values(items_of_json("{\"a\":1}\n\n\"x\"\r\n", "f")), (Values{"{\"a\":1}", "x"}));
  EXPECT_EQ(values(items_of_json("[1]\n[2]\n", "f")), (Values{"[1]", "[2]"}));
  EXPECT_EQ(values(items_of_json("[1,\n 2,\n x]", "f")), (Values{"f:3: broken JSON: expected a JSON value"}));
  EXPECT_EQ(
      values(items_of_json("1\n{\"a\" 1}\n", "f")),
      (Values{"f:2: column 6: broken JSON: expected ':'; write a JSON array, or one JSON value a line"}));
  EXPECT_FALSE(items_of_json("[]", "f").ok());
  EXPECT_FALSE(items_of_json("[\"\\u0000\"]", "f").ok());
  EXPECT_FALSE(items_of_json(std::string(100'000, '['), "f").ok());
}

TEST(Sources, ListParameters) {
  EXPECT_EQ(values(items_of_list("[\"a\"]", "p")), (Values{"a"}));
  EXPECT_EQ(values(items_of_list("a\nb", "p")), (Values{"a", "b"}));
}

TEST(Sources, PackedItemsFromElsewhere) {
  EXPECT_TRUE(check_packed_items(pack_items({"a", "", "b"})).ok());
  EXPECT_FALSE(check_packed_items({"a", 1}).ok());
  EXPECT_FALSE(check_packed_items({std::string("a\0", 2), 2}).ok());
  EXPECT_FALSE(check_packed_items({std::string("\xFF\0", 2), 1}).ok());
  EXPECT_FALSE(check_packed_items({"", 0}).ok());
}

TEST(Sources, ItemsByNumber) {
  ForEach range;
  range.source = ItemSource::range;
  range.range = {INT64_MIN, INT64_MAX, INT64_MAX};
  EXPECT_EQ(item_count(range), 3u);
  EXPECT_EQ(item_value(range, ItemNo{2}), "9223372036854775806");
  EXPECT_EQ(item_id(range, ItemNo{0}), "-9223372036854775808");
  EXPECT_FALSE(item_value(range, ItemNo{3}));
  ForEach list;
  list.source = ItemSource::values;
  list.values = {"x", "y"};
  EXPECT_EQ(item_value(list, ItemNo{1}), "y");
  EXPECT_EQ(item_id(list, ItemNo{1}), "1");
}

TEST(Sources, AMillionLines) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "item number " + std::to_string(i) + "\n";
  const auto items = items_of_lines(text, "f");
  ASSERT_TRUE(items.ok());
  EXPECT_EQ(items->count, 1'000'000u);
  EXPECT_EQ(items->bytes.size(), text.size());
}

TEST(JsonText, Members) {
  EXPECT_EQ(json_member(R"({"a": {"b": 1}, "c": "x"})", "a"), R"({"b": 1})");
  EXPECT_EQ(json_member(R"({"a": 1, "\u0061": 2})", "a"), "2");
  EXPECT_FALSE(json_member(R"({"a": 1)", "a"));
  EXPECT_FALSE(json_member("[1]", "a"));
  for (const char* bad :
       {"", "{", "01", "1.", "+1", "nul", "\"\\x\"", "\"\\ud800\"", "[1,]", "{\"a\":1,}", "1 2", "'a'"}) {
    EXPECT_FALSE(is_json(bad)) << bad;
  }
  for (const char* good : {"0", "-1.5e+3", "\"\"", "[]", "{}", " [ 1 , { \"a\" : null } ] "})
    EXPECT_TRUE(is_json(good)) << good;
}

}  // namespace
}  // namespace argosy
