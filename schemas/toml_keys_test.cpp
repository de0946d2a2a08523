#include "schemas/toml_keys.h"

#include <gtest/gtest.h>

namespace argosy {
namespace {

std::string changed(const std::string& text, const std::map<std::string, std::string>& values) {
  const auto out = with_keys(text, "broker.toml", values);
  return out ? *out : out.error().message;
}

TEST(TomlKeys, AreReplacedWhereTheyStandAndAddedBeforeTheFirstTable) {
  EXPECT_EQ(changed("# mine\na = 1 # one\n\nb = 2\n# limits\n[t]\na = 3\n", {{"a", "7"}, {"c", "\"x\""}}),
            "# mine\na = 7\n\nb = 2\n# limits\nc = \"x\"\n[t]\na = 3\n");
  EXPECT_EQ(changed("a = 1\nb = 2", {{"a", ""}, {"c", ""}}), "b = 2\n");
  EXPECT_EQ(changed("", {{"a", "1"}}), "a = 1\n");
  EXPECT_EQ(changed("b = 1\n  [[t]]\nx = 1\n[[t]]\nx = 2\n", {{"a", "1"}}), "b = 1\na = 1\n  [[t]]\nx = 1\n[[t]]\nx = 2\n");
}

TEST(TomlKeys, OfSeveralLinesAreOneValue) {
  const std::string list = "peers = [\n  {name = \"b2\"},  # [bounds]\n  [\"]\"],\n]  # end\n", text = "b = \"\"\"\na = 1\n[t]\n\"\"\"\n";
  EXPECT_EQ(changed(list + "a = 1\n" + text + "[t]\n", {{"a", "2"}, {"peers", ""}}), "a = 2\n" + text + "[t]\n");
  EXPECT_EQ(changed("a = 1\n" + list + text, {{"b", "3"}, {"peers", "[]"}}), "a = 1\npeers = []\nb = 3\n");
  EXPECT_EQ(changed(text + list, {{"a", "9"}}), text + list + "a = 9\n");
  EXPECT_EQ(changed("x = [\n1,\n2\n]\n[t]\n", {{"x", ""}}), "[t]\n");
  EXPECT_EQ(changed("x = '''\n'''\n[t]\n", {{"x", "1"}}), "x = 1\n[t]\n");
}

TEST(TomlKeys, RefuseWhatIsNoTomlOrATable) {
  EXPECT_TRUE(changed("a = 1\nb = [\n", {{"a", "2"}}).starts_with("broker.toml:"));
  EXPECT_EQ(changed("a = 1\n[[peers]]\nname = \"b\"\n", {{"peers", "[]"}}), "broker.toml:2: peers was written by hand, as a table; take it out there");
  EXPECT_TRUE(changed("peers.x = 1\n", {{"peers", "[]"}}).starts_with("broker.toml:1: peers was"));
}

}  // namespace
}  // namespace argosy
