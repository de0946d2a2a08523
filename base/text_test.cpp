#include "base/text.h"

#include <gtest/gtest.h>

#include "base/quantity.h"

namespace argosy {
namespace {

TEST(Text, CleanIsUtf8WithoutNul) {
  EXPECT_TRUE(is_clean_text(""));
  EXPECT_TRUE(is_clean_text("grüße \xE2\x82\xAC \xF0\x9F\x9A\xA2"));
  EXPECT_EQ(first_unclean_byte(std::string("ab\0c", 4)), 2u);
  EXPECT_EQ(first_unclean_byte("a\xC0\x80"), 1u);         // overlong NUL
  EXPECT_EQ(first_unclean_byte("\xED\xA0\x80"), 0u);      // surrogate
  EXPECT_EQ(first_unclean_byte("\xF4\x90\x80\x80"), 0u);  // above U+10FFFF
  EXPECT_EQ(first_unclean_byte("abc\xE2\x82"), 3u);       // cut short
}

TEST(Text, Names) {
  EXPECT_TRUE(is_name("load-2.csv_x"));
  EXPECT_FALSE(is_name(".hidden"));
  EXPECT_FALSE(is_name("a/b"));
  EXPECT_FALSE(is_name(std::string(129, 'a')));
  EXPECT_TRUE(is_variable_name("_A1"));
  EXPECT_FALSE(is_variable_name("A-B"));
  EXPECT_TRUE(is_parameter_name("a-b"));
  EXPECT_FALSE(is_parameter_name("1a"));
}

TEST(Text, NearestWord) {
  const std::vector<std::string> known = {"tasks", "parameters", "defaults", "run", "retry"};
  EXPECT_EQ(nearest("task", known), "tasks");
  EXPECT_EQ(nearest("paramters", known), "parameters");
  EXPECT_EQ(nearest("rnu", known), "run");
  EXPECT_FALSE(nearest("zebra", known));
}

TEST(Text, TheNearestOfMany) {
  EXPECT_EQ(nearest("extrcat-rows", {"extract_cows", "extract_rows", "extract_row"}), "extract_rows");  // a swap, and - as _
  EXPECT_EQ(nearest("abcd", {"abxy", "abcdefg"}), "abxy");
  EXPECT_FALSE(nearest("abcd", {"abxyz", "abcdefg", "xyzabcd"}));
  EXPECT_EQ(nearest("load_dat", {"xload_data_x", "load_data_x", "xload_data"}), "xload_data");
  const std::string name(128, 'n');
  EXPECT_EQ(nearest(name, {name + "n", name.substr(4), "x" + name.substr(3)}), "x" + name.substr(3));
}

TEST(Text, PrintableIsOneLine) {
  EXPECT_EQ(printable("a\nb\x01\xFF"), "a\\x0ab\\x01\\xff");
  EXPECT_EQ(printable("a\x1b[31m\xC2\x9B" "2Jż\x7F"), "a\\x1b[31m\\xc2\\x9b2Jż\\x7f");
  EXPECT_EQ(printable("aaaaaaaaaa", 8), "aaaaa…");
}

TEST(Quantity, Durations) {
  EXPECT_EQ(parse_duration("1h30m").value(), seconds(5400));
  EXPECT_EQ(parse_duration("1.5s").value(), milliseconds(1500));
  EXPECT_EQ(parse_duration("250ms").value(), milliseconds(250));
  EXPECT_EQ(parse_duration("0").value(), Duration{});
  for (const char* bad :
       {"", "5", "m", "30m1h", "1h1h", "-5s", "1e3s", "5 m", "0.1us", "99999999999d", "1s "}) {
    EXPECT_FALSE(parse_duration(bad).ok()) << bad;
  }
  EXPECT_EQ(parse_duration_range("10s..5m").value(), (std::pair{seconds(10), seconds(300)}));
  EXPECT_FALSE(parse_duration_range("5m..10s").ok());
  EXPECT_EQ(format_duration(seconds(5400)), "1h30m");
  EXPECT_EQ(format_duration(milliseconds(1500)), "1s500ms");
}

TEST(Quantity, SizesAndShares) {
  EXPECT_EQ(parse_bytes("4GiB").value(), 4ull << 30);
  EXPECT_EQ(parse_bytes("1GB").value(), 1'000'000'000ull);
  EXPECT_EQ(parse_bytes("0.5KiB").value(), 512u);
  for (const char* bad : {"", "GiB", "1 GiB", "1gib", "-1", "99999PiB", "0.0001B", "18446744073709551616"}) {
    EXPECT_FALSE(parse_bytes(bad).ok()) << bad;
  }
  EXPECT_EQ(format_bytes(50ull << 20), "50MiB");
  EXPECT_EQ(format_bytes(0), "0");
  EXPECT_DOUBLE_EQ(parse_percent("0.5%").value(), 0.5);
  EXPECT_FALSE(parse_percent("101%").ok());
  EXPECT_FALSE(parse_percent("5").ok());
  EXPECT_EQ(parse_cpu("0.25").value(), 250u);
  EXPECT_FALSE(parse_cpu("0.0001").ok());
}

}  // namespace
}  // namespace argosy
