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
