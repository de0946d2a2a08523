#include "fabric/roster.h"

#include <gtest/gtest.h>

#include "fabric/test_folder.h"

namespace argosy::fabric {
namespace {

RosterEntry entry(Role role, const std::string& name, Standing standing = Standing::enabled) {
  return {KeyPair::generate().public_key, name, role, standing};
}

TEST(Roster, KeepsFileAndPushedEntriesApart) {
  Roster roster;
  const RosterEntry master = entry(Role::master, "m1");
  const RosterEntry worker = entry(Role::worker, "w1");
  RosterEntry forged = master;
  forged.role = Role::worker;
  roster.replace_file_entries({master});
  roster.replace_pushed_entries({worker, forged});
  ASSERT_NE(roster.find(worker.key), nullptr);
  EXPECT_EQ(*roster.find(worker.key), worker);
  EXPECT_EQ(*roster.find(master.key), master);
  roster.replace_pushed_entries({});
  ASSERT_NE(roster.find(master.key), nullptr);
  EXPECT_EQ(roster.find(worker.key), nullptr);
}

TEST(Roster, FileGoesRoundTrip) {
  const TestFolder folder;
  const std::vector<RosterEntry> entries{entry(Role::operator_, "ann"), entry(Role::master, "m1"),
                                         entry(Role::viewer, "screen", Standing::disabled),
                                         entry(Role::broker, "b2", Standing::revoked)};
  ASSERT_TRUE(save_roster(folder / "roster", entries));
  const auto loaded = load_roster(folder / "roster");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(*loaded, entries);
}

TEST(Roster, FileErrorsNameFileAndLine) {
  const std::string key = KeyPair::generate().public_key.hex();
  const auto error = [](const std::string& text) {
    const auto parsed = parse_roster("# comment\n\n" + text, "roster");
    return parsed ? "accepted" : parsed.error().message;
  };
  EXPECT_EQ(error("master m1 " + key + " # fine\r\n"), "accepted");
  EXPECT_TRUE(contains(error("master m1"), "roster:3: "));
  EXPECT_TRUE(contains(error("captain m1 " + key), "unknown role 'captain'"));
  EXPECT_TRUE(contains(error("cap\x1b[2J m1 " + key), "unknown role 'cap\\x1b[2J'"));
  EXPECT_TRUE(contains(error("master m/1 " + key), "name 'm/1'"));
  EXPECT_TRUE(contains(error("master m1 abc"), "public key"));
  EXPECT_TRUE(contains(error("master m1 " + key + " maybe"), "unknown standing 'maybe'"));
  EXPECT_TRUE(
      contains(error("master m1 " + key + "\nmaster m2 " + key), "roster:4: this key is given twice"));
  EXPECT_TRUE(contains(error("master m1 " + key + "\nmaster m1 " + KeyPair::generate().public_key.hex()),
                       "master 'm1' is given twice"));
}

}  // namespace
}  // namespace argosy::fabric
