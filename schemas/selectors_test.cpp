#include "schemas/selectors.h"

#include <gtest/gtest.h>

#include "schemas/base64.h"

namespace argosy {
namespace {

TEST(Selectors, ReadsEachKind) {
  EXPECT_EQ(*parse_selector("17"), (Selector{SelectorKind::one, {17}, {17}}));
  EXPECT_EQ(*parse_selector("3-9"), (Selector{SelectorKind::range, {3}, {9}}));
  EXPECT_EQ(*parse_selector("last"), (Selector{SelectorKind::last, {}, {}}));
  EXPECT_EQ(*parse_selector("all"), (Selector{SelectorKind::all, {}, {}}));
}

TEST(Selectors, RefusesTheRest) {
  for (const char* text : {"", "0", "-3", "3-", "9-3", "x", "1 ", "1-2-3", "99999999999999999999"}) {
    EXPECT_FALSE(parse_selector(text).ok()) << text;
  }
}

TEST(Base64, GoesThereAndBack) {
  EXPECT_EQ(to_base64("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
  for (const std::string& text : {std::string(), std::string("a"), std::string("ab"), std::string("abc"),
                                 std::string("\0\xff\x80", 3)}) {
    EXPECT_EQ(from_base64(to_base64(text)), text);
  }
  for (const char* wrong : {"a", "YQ=", "Y===", "YW5*", "=YWE"}) EXPECT_FALSE(from_base64(wrong)) << wrong;
}

}  // namespace
}  // namespace argosy
