#include "schemas/settings.h"

#include <gtest/gtest.h>

namespace argosy {
namespace {

struct Sample {
  std::string endpoint = "tcp://127.0.0.1:7470";
  Duration heartbeat = seconds(1);
  std::uint64_t cache = 1 << 20;
  int slots = 2;
  bool draining = false;
  std::vector<std::string> tags;

  Settings settings() {
    Settings s;
    s.add("endpoint", endpoint, "where the broker listens");
    s.add("heartbeat", heartbeat, milliseconds(10), seconds(60), "how often to say something");
    s.add_bytes("cache.size", cache, 1024, 1 << 30, "content kept");
    s.add("slots", slots, 1, 64, "tasks at a time");
    s.add("draining", draining, "take nothing new");
    s.add("tags", tags, "what this worker offers");
    return s;
  }
};

std::string error_of(const std::string& text) {
  Sample sample;
  const auto status = sample.settings().parse(text, "x.toml");
  return status ? "" : status.error().message;
}

struct Neighbour {
  std::string name;
  Duration beat = seconds(1);
};

Settings with_neighbours(std::vector<Neighbour>& rows) {
  Settings s;
  s.add_tables("peers", rows, [](Settings& keys, Neighbour& row) {
    keys.add("name", row.name, "what it is called");
    keys.add("beat", row.beat, milliseconds(10), seconds(60), "how often it speaks");
  }, "the others");
  return s;
}

TEST(Settings, ReadsListsOfTables) {
  std::vector<Neighbour> rows;
  ASSERT_TRUE(with_neighbours(rows).parse("[[peers]]\nname = 'a'\n[[peers]]\nname = 'b'\nbeat = '2s'\n", "x").ok());
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].name, "b");
  EXPECT_EQ(rows[1].beat, seconds(2));
  const auto says = [](const std::string& text) {
    std::vector<Neighbour> none;
    const auto status = with_neighbours(none).parse(text, "x.toml");
    return status ? "" : status.error().message;
  };
  EXPECT_EQ(says("[[peers]]\nname = 'a'\n[[peers]]\nnam = 'b'\n"), "x.toml:1: peers: line 3: unknown key nam");
  EXPECT_NE(says("[[peers]]\nbeat = '2h'\n").find("beat: 2h is outside of"), std::string::npos);
  EXPECT_NE(says("peers = 'a'\n").find("wants tables"), std::string::npos);

  // What is printed can be read again, with rows and without.
  std::vector<Neighbour> again = rows;
  ASSERT_TRUE(with_neighbours(again).parse(with_neighbours(rows).describe(), "described").ok());
  EXPECT_EQ(again.size(), 2u);
  std::vector<Neighbour> empty;
  const std::string text = with_neighbours(empty).describe();
  EXPECT_NE(text.find("# [[peers]]"), std::string::npos);
  EXPECT_TRUE(with_neighbours(empty).parse(text, "described").ok());
}

TEST(Settings, ReadsEveryKind) {
  Sample sample;
  ASSERT_TRUE(sample.settings().parse("endpoint = 'tcp://b:1'\nheartbeat = '250ms'\nslots = 3\ndraining = true\n"
                                      "tags = ['gpu']\n[cache]\nsize = '2MiB'\n", "x.toml").ok());
  EXPECT_EQ(sample.endpoint, "tcp://b:1");
  EXPECT_EQ(sample.heartbeat, milliseconds(250));
  EXPECT_EQ(sample.cache, 2u << 20);
  EXPECT_EQ(sample.slots, 3);
  EXPECT_TRUE(sample.draining);
  EXPECT_EQ(sample.tags, std::vector<std::string>{"gpu"});
}

TEST(Settings, ErrorsNameFileAndLine) {
  EXPECT_EQ(error_of("\nslotz = 3\n"), "x.toml:2: unknown key slotz; did you mean slots?");
  EXPECT_EQ(error_of("slots = 65\n"), "x.toml:1: slots: 65 is outside of 1 … 64");
  EXPECT_EQ(error_of("slots = '3'\n"), "x.toml:1: slots: wants a whole number, 1 … 64");
  EXPECT_EQ(error_of("heartbeat = '2h'\n"), "x.toml:1: heartbeat: 2h is outside of 10ms … 1m");
  EXPECT_EQ(error_of("draining = 1\n"), "x.toml:1: draining: wants true or false");
  EXPECT_EQ(error_of("slots = \n").substr(0, 9), "x.toml:1:");
}

TEST(Settings, ChangesAreWhatDiffersFromTheDefault) {
  Sample sample;
  Settings settings = sample.settings();
  EXPECT_EQ(settings.changes(), "");
  sample.slots = 3;
  sample.cache = 2 << 20;
  EXPECT_EQ(settings.changes(), "slots = 3\n\n[cache]\nsize = \"2MiB\"\n");
  std::vector<Neighbour> rows{{"a", seconds(1)}, {"b", seconds(2)}};
  EXPECT_EQ(with_neighbours(rows).changes(), "\n[[peers]]\nname = \"a\"\n\n[[peers]]\nname = \"b\"\nbeat = \"2s\"\n");
}

TEST(Settings, DescribesWhatItReads) {
  Sample sample;
  Settings settings = sample.settings();
  const std::string text = settings.describe();
  EXPECT_NE(text.find("# how often to say something (10ms … 1m)\nheartbeat = \"1s\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("[cache]\n"), std::string::npos);
  EXPECT_TRUE(settings.parse(text, "described").ok());
}

}  // namespace
}  // namespace argosy
