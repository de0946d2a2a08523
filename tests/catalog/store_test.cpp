// Projects, content, environments, fleet and operations on both dialects.
#include "base/sha256.h"
#include "catalog/environments.h"
#include "catalog/fleet.h"
#include "catalog/incarnation.h"
#include "catalog/operations.h"
#include "catalog/projects.h"
#include "catalog/sql.h"
#include "tests/catalog/fixture.h"

namespace argosy::catalog {
namespace {

class Store : public Fixture {};
ARGOSY_BOTH(Store);

Deed deed(const std::string& request) { return {{{1}, "operator alice", "remove", "it", ""}, request}; }

TEST_P(Store, ADeployedVersionIsImmutableAndNamedByItsContent) {
  Deployment d{"finance/nightly", {package_of_tasks(2)}, "", "version: 1\n", "alice", {10}};
  const auto first = deploy(db(), d);
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_TRUE(first->created);
  EXPECT_FALSE(deploy(db(), d)->created);
  d.packages.push_back(package_of_tasks(1));
  d.packages[1].name = "check";
  d.at = {20};
  const auto second = deploy(db(), d);
  EXPECT_NE(second->version, first->version);
  const auto list = list_projects(db(), "", 10);
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ((*list)[0].version, second->version);
  EXPECT_EQ((*list)[0].versions, 2u);
  EXPECT_EQ((*list)[0].packages, (std::vector<std::string>{"load", "check"}));
  EXPECT_EQ((*read_project(db(), "finance/nightly", ""))->packages, d.packages);
  EXPECT_EQ((*read_project(db(), "finance/nightly", first->version))->packages.size(), 1u);
  EXPECT_FALSE(read_project(db(), "finance", "")->has_value());
  d.content = std::string(64, 'a');
  EXPECT_FALSE(deploy(db(), d).ok());
  EXPECT_EQ(db().trouble(), Trouble::refused);
  EXPECT_TRUE(*remove_project(db(), "finance/nightly", deed("r1")));
  EXPECT_TRUE(*remove_project(db(), "finance/nightly", deed("r1")));
  EXPECT_FALSE(*remove_project(db(), "finance/nightly", deed("r2")));
}

// A Submit names one package: what stands beside it in its project costs nothing, not even a look.
TEST_P(Store, APackageIsReadAlone) {
  Deployment d{"p", {package_of_tasks(2), package_of_tasks(1)}, "", "version: 1\n", "alice", {10}};
  d.packages[1].name = "check";
  const auto deployed = deploy(db(), d);
  ASSERT_TRUE(deployed.ok());
  behind(std::string("UPDATE plans SET body = ") + (postgresql() ? "'\\x00'" : "x'00'") +
         " WHERE digest = (SELECT plan FROM packages WHERE package = 'check')");
  for (const std::string& version : {std::string(), deployed->version}) {
    const auto found = read_package(db(), "p", version, "load");
    ASSERT_TRUE(found.ok()) << found.error().message;
    ASSERT_TRUE(found->has_value());
    EXPECT_EQ((*found)->package, d.packages[0]);
    EXPECT_EQ((*found)->version, deployed->version);
  }
  EXPECT_FALSE(read_project(db(), "p", "").ok());
  const auto none = read_package(db(), "p", "", "loaf");
  EXPECT_FALSE((*none)->package);
  EXPECT_EQ((*none)->names, (std::vector<std::string>{"load", "check"}));
  EXPECT_FALSE(read_package(db(), "q", "", "load")->has_value());
}

TEST_P(Store, ContentComesInPiecesAndIsChecked) {
  std::string bytes;
  for (int i = 0; bytes.size() < 2 * kPieceBytes + 1000; ++i) bytes += std::to_string(i) + '\0';
  const std::string digest = Sha256::hex_of(bytes);
  const auto put = [&](std::uint64_t offset, const std::string& name) {
    return put_content(db(), {name, offset, bytes.size(), bytes.substr(offset, kPieceBytes), {1}});
  };
  EXPECT_EQ(content_state(db(), digest)->total, 0u);
  EXPECT_EQ(*put(0, digest), kPieceBytes);
  EXPECT_EQ(*put(2 * kPieceBytes, digest), kPieceBytes);  // beyond: changes nothing
  EXPECT_EQ(*put(kPieceBytes, digest), 2 * kPieceBytes);
  EXPECT_EQ(*put(0, digest), 2 * kPieceBytes);  // a repeat
  EXPECT_FALSE(content_state(db(), digest)->complete);
  EXPECT_EQ(*read_content(db(), digest, 0, 10), "");
  EXPECT_EQ(*put(2 * kPieceBytes, digest), bytes.size());
  EXPECT_TRUE(content_state(db(), digest)->complete);
  EXPECT_EQ(*read_content(db(), digest, kPieceBytes - 5, 10), bytes.substr(kPieceBytes - 5, 10));
  EXPECT_EQ(*read_content(db(), digest, bytes.size() - 3, 10), bytes.substr(bytes.size() - 3));
  EXPECT_EQ(*read_items(db(), digest, {0}, 2), (std::vector<std::string>{"0", "1"}));
  for (const std::uint64_t first : {1ull, 49'000ull, 49'500ull, 50'000ull, 89'000ull}) {
    const auto items = read_items(db(), digest, {first}, 1000);
    for (std::size_t i = 0; i < items->size(); ++i) ASSERT_EQ((*items)[i], std::to_string(first + i));
    EXPECT_FALSE(items->empty());
  }
  const std::string other(64, '0');
  (void)put(0, other), (void)put(kPieceBytes, other);
  EXPECT_FALSE(put(2 * kPieceBytes, other).ok());  // wrong SHA-256
  EXPECT_EQ(db().trouble(), Trouble::refused);
  EXPECT_EQ(content_state(db(), other)->offset, 0u);
}

// A master that died after the last piece and before the hash leaves exactly this.
TEST_P(Store, ContentThatWasNotHashedIsHashedByTheNextPut) {
  const std::string bytes(kPieceBytes + 1000, 'x'), digest = Sha256::hex_of(bytes);
  const auto put = [&](std::uint64_t offset) {
    return put_content(db(), {digest, offset, bytes.size(), bytes.substr(offset, kPieceBytes), {1}});
  };
  (void)put(0), (void)put(kPieceBytes);
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{kPieceBytes}}) {
    behind("UPDATE contents SET complete = 0");
    EXPECT_EQ(*read_content(db(), digest, 0, 10), "");
    EXPECT_EQ(*put(offset), bytes.size());
    EXPECT_TRUE(content_state(db(), digest)->complete);
  }
  behind(std::string("UPDATE contents SET complete = 0; UPDATE pieces SET data = ") +
         (postgresql() ? "'\\x00'" : "x'00'") + " WHERE start = 0");
  EXPECT_FALSE(put(0).ok());  // it is damaged by now
  EXPECT_EQ(db().trouble(), Trouble::refused);
  EXPECT_EQ(content_state(db(), digest)->offset, 0u);
  EXPECT_EQ(*put(0), kPieceBytes);
  EXPECT_EQ(*put(kPieceBytes), bytes.size());
  EXPECT_EQ(*read_content(db(), digest, bytes.size() - 3, 10), "xxx");
}

// Two masters that put the same content would make each other hash it again and again.
TEST_P(Store, ARepeatedPutDoesNotDisturbWhoHashes) {
  const std::string bytes(kPieceBytes + 1000, 'x'), digest = Sha256::hex_of(bytes);
  const auto put = [&](std::uint64_t offset, std::int64_t at) {
    return put_content(db(), {digest, offset, bytes.size(), bytes.substr(offset, kPieceBytes), {at}});
  };
  const auto put_at = [&] {
    return *db().sql().read([&] { return std::get<0>(*db().sql().row<std::int64_t>("SELECT put_at FROM contents")); });
  };
  (void)put(0, 10), (void)put(kPieceBytes, 20);
  behind(std::string("UPDATE contents SET complete = 0; UPDATE pieces SET data = ") +
         (postgresql() ? "'\\x00'" : "x'00'") + " WHERE start = 0");
  const auto before = put_at();
  EXPECT_FALSE(put(0, 30).ok());  // damaged: nothing but the repeat could have moved it
  EXPECT_EQ(put_at(), before);
  EXPECT_EQ(*put(0, 40), kPieceBytes);
  EXPECT_EQ(*put(kPieceBytes, 50), bytes.size());
  behind("UPDATE contents SET complete = 0");
  EXPECT_EQ(*put(0, 60), bytes.size());
  EXPECT_EQ(put_at(), 60);  // and yet it is as young as its last put
}

TEST_P(Store, EnvironmentsHoldPlainAndSealedValues) {
  const std::string sealed("\0\xff sealed", 9);
  ASSERT_TRUE(set_variable(db(), "finance/prod", {"DW_PASSWORD", sealed, true}, {1}).ok());
  ASSERT_TRUE(set_variable(db(), "finance/prod", {"DAY", "monday", false}, {1}).ok());
  ASSERT_TRUE(set_variable(db(), "finance/prod", {"DAY", "friday", false}, {2}).ok());
  const std::vector<Variable> expected = {{"DAY", "friday", false}, {"DW_PASSWORD", sealed, true}};
  EXPECT_EQ(**read_environment(db(), "finance/prod"), expected);
  EXPECT_EQ((*list_environments(db(), "", 10))[0].variables, 2u);
  EXPECT_TRUE(*remove_variables(db(), "finance/prod", "DAY", deed("r1")));
  EXPECT_TRUE(*remove_variables(db(), "finance/prod", "DAY", deed("r1")));
  EXPECT_FALSE(*remove_variables(db(), "finance/prod", "DAY", deed("r2")));
  EXPECT_TRUE(*remove_variables(db(), "finance/prod", "", deed("r3")));
  EXPECT_FALSE(read_environment(db(), "finance/prod")->has_value());
}

TEST_P(Store, PartiesHaveOneKeyEach) {
  const Party w1{Role::worker, "w1", std::string(64, '1'), PartyState::disabled, {5}};
  const auto before = *fleet_serial(db());
  ASSERT_TRUE(add_party(db(), w1).ok());
  ASSERT_TRUE(add_party(db(), w1).ok());
  EXPECT_EQ(*fleet_serial(db()), before + 1);
  Party twin = w1;
  twin.name = "w2";
  EXPECT_FALSE(add_party(db(), twin).ok());
  twin = w1;
  twin.key = std::string(64, '2');
  EXPECT_FALSE(add_party(db(), twin).ok());
  EXPECT_EQ(db().trouble(), Trouble::refused);
  EXPECT_TRUE(*set_party_state(db(), Role::worker, "w1", PartyState::enabled));
  EXPECT_FALSE(*set_party_state(db(), Role::worker, "w9", PartyState::enabled));
  EXPECT_TRUE(*set_worker(db(), "w1", true, std::vector<std::string>{"gpu", "big"}));
  EXPECT_EQ(*fleet_serial(db()), before + 3);
  ASSERT_TRUE(saw_workers(db(), {{"w1", {77}, {"host", "machine", "boot"}, "1.0", {8}, {9}}}).ok());
  const auto w = **read_worker(db(), "w1");
  EXPECT_TRUE(w.draining);
  EXPECT_EQ(w.tags, (std::vector<std::string>{"gpu", "big"}));
  EXPECT_EQ(w.session.value, 77u);
  EXPECT_EQ(w.host.boot_id, "boot");
  EXPECT_EQ(w.party.state, PartyState::enabled);
  EXPECT_TRUE(*remove_party(db(), Role::worker, "w1", deed("r1")));
  EXPECT_TRUE(*remove_party(db(), Role::worker, "w1", deed("r1")));
  EXPECT_FALSE(*remove_party(db(), Role::worker, "w1", deed("r2")));
  EXPECT_EQ(list_operations(db(), {})->size(), 1u);
  EXPECT_FALSE(*set_party_state(db(), Role::worker, "w1", PartyState::enabled));
  EXPECT_TRUE(list_workers(db())->empty());
  EXPECT_EQ(list_parties(db())->size(), 1u);
}

TEST_P(Store, AShardThatSomebodyIsReadingIsLeftToIt) {
  const WallTime start{1'000'000'000};
  const Term first = take_shard(db(), {0}, "m1", start, Term{})->term;
  EXPECT_FALSE(take_shard(db(), {0}, "m2", start + seconds(1), Term{}).ok());
  EXPECT_EQ(db().trouble(), Trouble::refused);
  EXPECT_EQ(take_shard(db(), {0}, "m1", start + seconds(1), Term{})->term.value, first.value + 1);  // it does not know whether it has it
  EXPECT_FALSE(take_shard(db(), {0}, "m2", start + seconds(2), first).ok());
  EXPECT_TRUE(take_shard(db(), {0}, "m2", start + seconds(2), Term{first.value + 1}).ok());  // that one held it, and left
  EXPECT_FALSE(take_shard(db(), {0}, "m1", start + seconds(6), first).ok());
  EXPECT_TRUE(take_shard(db(), {0}, "m1", start + seconds(2) + kAdoption, first).ok());  // gone on the way
}

TEST_P(Store, MastersShardsAndProperties) {
  ASSERT_TRUE(saw_master(db(), {"m1", {5}, {"h", "m", "b"}, "1.0", {1}, {2}}).ok());
  ASSERT_TRUE(saw_master(db(), {"m1", {6}, {"h", "m", "b"}, "1.0", {1}, {3}}).ok());
  ASSERT_EQ(list_masters(db())->size(), 1u);
  EXPECT_EQ((*list_masters(db()))[0].session.value, 6u);
  ASSERT_TRUE(forget_master(db(), "m1").ok());
  EXPECT_TRUE(list_masters(db())->empty());
  const auto leases = [&](Duration lease, Duration grace) {
    EXPECT_TRUE(raise_shard_leases(db(), {0}, lease, grace).ok());
    const auto shards = *list_shards(db());
    EXPECT_EQ(shards.size(), 1u);
    EXPECT_EQ(shards[0].master, "m1");
    return std::pair{shards[0].lease, shards[0].grace};
  };
  EXPECT_EQ(leases(seconds(90), seconds(600)), (std::pair{seconds(90), seconds(600)}));
  EXPECT_EQ(leases(seconds(30), seconds(900)), (std::pair{seconds(90), seconds(900)}));  // never lowered
  EXPECT_EQ((**read_property(db(), "incarnation")).size(), 32u);
  ASSERT_TRUE(set_property(db(), "endpoint", "tcp://a:1").ok());
  ASSERT_TRUE(set_property(db(), "endpoint", "tcp://b:1").ok());
  EXPECT_EQ(**read_property(db(), "endpoint"), "tcp://b:1");
}

// What belongs to a shard that a master does not know of would wait for ever where that one is left alone.
TEST_P(Store, AllMastersHaveTheSameNumberOfShards) {
  const auto begin = [&](const std::string& master, std::uint32_t shards, std::int64_t at_s) {
    return settle_shards(db(), {master, {5}, {"h", "m", "b"}, "1.0", {at_s * 1'000'000}, {at_s * 1'000'000}}, shards);
  };
  EXPECT_TRUE(begin("m1", 2, 1000).ok());
  EXPECT_TRUE(begin("m2", 2, 1000).ok());
  EXPECT_EQ(list_masters(db())->size(), 2u);
  const auto other = begin("m3", 3, 1000);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(db().trouble(), Trouble::refused);
  EXPECT_NE(other.error().message.find("share 2 shards, this one's configuration says 3"), std::string::npos) << other.error().message;
  EXPECT_FALSE(begin("m1", 1, 1000).ok());
  EXPECT_EQ(**read_property(db(), "shards"), "2");

  ASSERT_TRUE(forget_master(db(), "m2").ok());  // all are stopped, and begin anew with another number
  EXPECT_TRUE(begin("m1", 3, 1010).ok());
  EXPECT_FALSE(begin("m2", 2, 1010).ok());
  EXPECT_FALSE(begin("m2", 4, 1010).ok());
  EXPECT_TRUE(begin("m2", 4, 1100).ok());  // m1 died
}

// Of masters that did not settle it: their shards are there.
TEST_P(Store, ShardsThatWereTakenAreCounted) {
  ASSERT_TRUE(take_shard(db(), {1}, "m1", {1}).ok());
  EXPECT_FALSE(settle_shards(db(), {"m1", {5}, {"h", "m", "b"}, "1.0", {1}, {1}}, 1).ok());
  EXPECT_TRUE(settle_shards(db(), {"m1", {5}, {"h", "m", "b"}, "1.0", {1}, {1}}, 2).ok());
}

// A restored catalog is another one: its number differs, no term that was given after the backup can stand, brokers believe its
// fleet, and no id of an execution that somebody was told since is given to another one.
TEST_P(Store, AnAddressThatCannotBeRightIsRefused) {
  const std::pair<const char*, const char*> wrong[] = {
      {"mysql://db1/argosy", "must be sqlite:"},
      {"sqlite:", "must be sqlite:"},
      {"postgresql://db1/argosy?nonsense=1", "nonsense"},
      {"postgresql://db1:99999/argosy", "99999"},
      {"postgresql://db1,db2:x/argosy", "port 'x'"},
      {"postgresql://db1/argosy?sslmode=none", "sslmode 'none'"},
      {"postgresql://db1/argosy?target_session_attrs=writable", "'writable'"},
      {"postgresql://me:s3cret%zz@db1/argosy", "percent"},
      {"postgresql://me:s3cret@[db1/argosy", "IPv6"}};
  for (const auto& [address, says] : wrong) {
    Trouble trouble = Trouble::none;
    const auto opened = Catalog::open(address, {}, &trouble);
    ASSERT_FALSE(opened.ok()) << address;
    EXPECT_EQ(trouble, Trouble::refused) << address;
    EXPECT_NE(opened.error().message.find(says), std::string::npos) << opened.error().message;
    EXPECT_EQ(opened.error().message.find("s3cret"), std::string::npos) << opened.error().message;
  }
}

TEST_P(Store, ARestoreBeginsAnotherIncarnation) {
  const std::uint64_t before = *read_incarnation(db());
  const std::uint64_t fleet = *fleet_serial(db());
  EXPECT_NE(before, 0u);
  ASSERT_TRUE(take_shard(db(), {1}, "m2", {1}).ok());
  ASSERT_TRUE(saw_master(db(), {"m1", {5}, {"h", "m", "b"}, "1.0", {1}, {2}}).ok());
  const ExecutionId id = admit("before the backup");
  const auto begun = begin_incarnation(db(), "root", {77});
  ASSERT_TRUE(begun.ok()) << begun.error().message;
  EXPECT_EQ(begun->shards, 2u);
  EXPECT_NE(begun->incarnation, before);
  EXPECT_EQ(*read_incarnation(db()), begun->incarnation);
  EXPECT_EQ(write(db(), batch()).verdict, BatchVerdict::fenced);
  EXPECT_GT(*fleet_serial(db()), fleet + (std::uint64_t{1} << 31));
  const auto shards = *list_shards(db());
  for (const auto& shard : shards) {
    EXPECT_GT(shard.reign.term.value, std::uint64_t{1} << 32);
    EXPECT_EQ(shard.master, "");
  }
  fence_ = *take_shard(db(), {0}, "m1", {78});
  EXPECT_GT(admit("after it").value, id.value + 999'999);
  EXPECT_GT(take_shard(db(), {2}, "m1", {79})->term.value, std::uint64_t{1} << 32);  // not in the backup
  EXPECT_TRUE(list_masters(db())->empty());
  const auto told = *list_operations(db(), {.verb = "catalog.restored"});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].row.who, "root");
  EXPECT_EQ(told[0].row.at.us, 77);
  ASSERT_TRUE(set_property(db(), "incarnation", "rubbish").ok());
  EXPECT_FALSE(read_incarnation(db()).ok());
  EXPECT_TRUE(begin_incarnation(db(), "root", {78}).ok());
  EXPECT_TRUE(read_incarnation(db()).ok());
}

// The terms that were given between the two restores are no more in it than those from before.
TEST_P(Store, ABackupMayBeRestoredTwice) {
  const WallTime noon{1'795'000'000'000'000};
  ASSERT_TRUE(begin_incarnation(db(), "root", noon).ok());
  const Term first = take_shard(db(), {0}, "m1", noon)->term;
  const std::uint64_t fleet = *fleet_serial(db());
  behind("UPDATE shards SET term = 1; UPDATE properties SET value = '1' WHERE name = 'fleet_serial'");
  ASSERT_TRUE(begin_incarnation(db(), "root", noon + seconds(1)).ok());
  EXPECT_GT(take_shard(db(), {0}, "m1", noon)->term, first);
  EXPECT_GT(*fleet_serial(db()), fleet);
}

// Else brokers, which know the terms and the serial of the former, would take the older backup for a wrong catalog.
TEST_P(Store, AnOlderBackupMayBeRestoredAfterARestoreThatWasSaidSeveralTimes) {
  const WallTime noon{1'795'000'000'000'000};
  const std::uint64_t a_restore = std::uint64_t{1} << 19;  // protocol.md, incarnation
  std::uint64_t fleet = *fleet_serial(db());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(begin_incarnation(db(), "root", noon).ok());
    EXPECT_GE(*fleet_serial(db()), fleet + a_restore);
    fleet = *fleet_serial(db());
  }
  const Term last = take_shard(db(), {0}, "m1", noon)->term;
  behind("UPDATE shards SET term = 1; UPDATE properties SET value = '1' WHERE name = 'fleet_serial'");
  ASSERT_TRUE(begin_incarnation(db(), "root", noon + seconds(5)).ok());
  EXPECT_GE(*fleet_serial(db()), fleet + a_restore);
  EXPECT_GT(take_shard(db(), {0}, "m1", noon)->term, last);
}

TEST_P(Store, AnEndpointsSerialGrowsAndFollowsTheClock) {
  EXPECT_EQ(read_endpoint(db())->serial, 0u);
  const auto before = *fleet_serial(db());
  const WallTime noon{1'000'000'000'000};
  const Endpoint first = *set_endpoint(db(), "tcp://a:1", "PEM a", noon);
  EXPECT_EQ(first.serial, 1'000'000u);
  EXPECT_GT(*fleet_serial(db()), before);
  EXPECT_EQ(set_endpoint(db(), "tcp://a:1", "PEM a", noon + seconds(9))->serial, first.serial);  // said again
  const Endpoint second = *set_endpoint(db(), "tcp://b:1", "PEM b", noon + seconds(-9));         // a clock that went back
  EXPECT_EQ(second.serial, first.serial + 1);
  const Endpoint read = *read_endpoint(db());
  EXPECT_EQ(std::tie(read.serial, read.endpoint, read.certificates), std::tie(second.serial, second.endpoint, second.certificates));
}

TEST_P(Store, OperationsAreListedNewestFirst) {
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(note_operation(
                    db(), {{i}, "alice", i % 2 ? "cancel" : "submit", "execution " + std::to_string(i), ""},
                    "r" + std::to_string(i % 4))
                    .ok());
  const auto all = *list_operations(db(), {});
  ASSERT_EQ(all.size(), 4u);  // the fifth repeated request 0
  EXPECT_EQ(all[0].row.object, "execution 3");
  EXPECT_EQ(list_operations(db(), {.verb = "cancel"})->size(), 2u);
  EXPECT_EQ(list_operations(db(), {.object = "execution"})->size(), 4u);
  EXPECT_EQ(list_operations(db(), {.object = "execution 1"})->size(), 1u);
  EXPECT_EQ(list_operations(db(), {.who = "bob"})->size(), 0u);
  EXPECT_EQ(list_operations(db(), {.before = all[1].id, .limit = 1})->front().row.object, "execution 1");
}

}  // namespace
}  // namespace argosy::catalog
