#include "broker/config.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

namespace argosy::broker {
namespace {

Result<Config> load(const std::string& text) {
  std::string folder = (std::filesystem::temp_directory_path() / "argosy-config-XXXXXX").string();
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  const std::filesystem::path file = std::filesystem::path(folder) / "broker.toml";
  std::ofstream(file) << text;
  auto loaded = load_config(file);
  std::filesystem::remove_all(folder);
  return loaded;
}

TEST(Config, TakesPathsFromItsOwnFolder) {
  const auto config = load(
      "name = \"b7\"\nroster = \"people\"\nheartbeat = \"200ms\"\nsilence = \"1s\"\n[bounds]\noffers = 10\n");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->machine.name, "b7");
  EXPECT_EQ(config->machine.heartbeat, milliseconds(200));
  EXPECT_EQ(config->machine.max_offers, 10u);
  EXPECT_TRUE(std::filesystem::path(config->roster).is_absolute());
  EXPECT_TRUE(config->roster.ends_with("/people"));
}

TEST(Config, NamesWhatIsWrong) {
  const auto says = [](const std::string& text, const std::string& what) {
    const auto config = load(text);
    ASSERT_FALSE(config.ok()) << text;
    EXPECT_NE(config.error().message.find(what), std::string::npos) << config.error().message;
  };
  says("heartbeet = \"1s\"\n", "broker.toml:1");
  says("heartbeet = \"1s\"\n", "heartbeat");
  says("\nheartbeat = 5\n", "broker.toml:2");
  says("silence = \"2h\"\n", "silence");
  says("heartbeat = \"3s\"\n", "silence");
  says("name = \"no name\"\n", "name");
}

constexpr const char* kStandby =
    "name = \"b1\"\nendpoint = \"tcp://127.0.0.1:7433\"\npeer_listen = \"tcp://127.0.0.1:7434\"\n";

TEST(Config, KnowsTheOtherBrokers) {
  const auto config = load(std::string(kStandby) +
                           "[hooks]\nfence = [\"ssh\", \"b2\"]\nfence_timeout = \"2s\"\n[[peers]]\nname = \"b2\"\n"
                           "endpoint = \"tcp://127.0.0.1:7435\"\ndirectory = \"../b2\"\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->machine.peers, std::vector<std::string>{"b2"});
  EXPECT_EQ(config->watch, "tcp://127.0.0.1:7433");
  EXPECT_EQ(config->fence.command, (std::vector<std::string>{"ssh", "b2"}));
  EXPECT_EQ(config->fence.timeout, seconds(2));
  EXPECT_TRUE(std::filesystem::path(config->peers[0].directory).is_absolute());
  EXPECT_TRUE(config->peers[0].directory.ends_with("/b2"));
}

TEST(Config, NamesWhatIsWrongWithOtherBrokers) {
  const auto says = [](const std::string& text, const std::string& what) {
    const auto config = load(text);
    ASSERT_FALSE(config.ok()) << text;
    EXPECT_NE(config.error().message.find(what), std::string::npos) << config.error().message;
  };
  const std::string b2 = "[[peers]]\nname = \"b2\"\nendpoint = \"tcp://127.0.0.1:7435\"\n";
  says("name = \"b1\"\n" + b2, "peer_listen");
  says(std::string(kStandby) + b2 + b2, "twice");
  says(std::string(kStandby) + "[[peers]]\nname = \"b1\"\nendpoint = \"tcp://127.0.0.1:7435\"\n", "own name");
  says(std::string(kStandby) + "[[peers]]\nname = \"b2\"\n", "b2: endpoint");
  says(std::string(kStandby) + "takeover_after = \"100ms\"\n" + b2, "takeover_after");
  says("endpoint = \"tcp://127.0.0.1:0\"\npeer_listen = \"tcp://127.0.0.1:7434\"\n" + b2, "watch");
  says(std::string(kStandby) + "[hooks]\non_activate = [\"true\"]\n", "hooks");
  says(std::string(kStandby) + "[[peers]]\nnamme = \"b2\"\n", "namme");
  says("fingerprint = \"9f:3c\"\n", "64 hex digits");
}

TEST(Config, TakesAFingerprintAsOpensslPrintsIt) {
  std::string printed = "9F";
  for (int i = 1; i < 32; ++i) printed += ":3C";
  const auto config = load("fingerprint = \"" + printed + "\"\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->fingerprint.substr(0, 6), "9f3c3c");
  EXPECT_EQ(config->fingerprint.size(), 64u);
}

TEST(Config, DocumentsEveryKey) {
  Config config;
  Settings settings;
  bind(settings, config);
  const std::string text = settings.describe();
  for (const char* key : {"endpoint", "roster", "heartbeat", "offers_per_class", "send_queue", "takeover_after", "[[peers]]", "on_alarm"}) {
    EXPECT_NE(text.find(key), std::string::npos) << key;
  }
  EXPECT_TRUE(settings.parse(text, "described"));
}

}  // namespace
}  // namespace argosy::broker
