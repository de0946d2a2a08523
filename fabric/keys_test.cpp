#include "fabric/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "fabric/digest.h"
#include "fabric/sealing.h"
#include "fabric/test_folder.h"

namespace argosy::fabric {
namespace {

TEST(PublicKey, GoesThroughHexAndZ85) {
  const PublicKey key = KeyPair::generate().public_key;
  EXPECT_EQ(*PublicKey::from_text(key.hex()), key);
  EXPECT_EQ(*PublicKey::from_text(key.z85()), key);
  EXPECT_EQ(*PublicKey::from_bytes(key.view()), key);
  EXPECT_EQ(key.fingerprint().size(), 19u);
}

TEST(PublicKey, RefusesWhatIsNoKey) {
  EXPECT_FALSE(PublicKey::from_hex(std::string(63, 'a')));
  EXPECT_FALSE(PublicKey::from_hex(std::string(64, 'g')));
  EXPECT_FALSE(PublicKey::from_z85(std::string(40, '"')));
  EXPECT_FALSE(PublicKey::from_z85(std::string(40, '\xff')));
  EXPECT_FALSE(PublicKey::from_text("short"));
  EXPECT_FALSE(PublicKey::from_bytes("short"));
}

TEST(KeyPair, IsSavedForItsOwnerAndReadBack) {
  const TestFolder folder;
  const KeyPair keys = KeyPair::generate();
  ASSERT_TRUE(save_key_pair(folder / "w1.key", keys));
  struct stat about {};
  ASSERT_EQ(::stat((folder / "w1.key").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0600u);
  const auto loaded = load_key_pair(folder / "w1.key");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->public_key, keys.public_key);
  EXPECT_EQ(loaded->secret_key.bytes(), keys.secret_key.bytes());
}

TEST(KeyPair, IsNeverOverwritten) {
  const TestFolder folder;
  ASSERT_TRUE(save_key_pair(folder / "w1.key", KeyPair::generate()));
  const auto again = save_key_pair(folder / "w1.key", KeyPair::generate());
  ASSERT_FALSE(again);
  EXPECT_TRUE(contains(again.error().message, "exists already"));
}

TEST(KeyPair, OfAFileThatOthersCanReadIsRefusedByNameAndMode) {
  const TestFolder folder;
  ASSERT_TRUE(save_key_pair(folder / "w1.key", KeyPair::generate()));
  ASSERT_EQ(::chmod((folder / "w1.key").c_str(), 0640), 0);
  const auto loaded = load_key_pair(folder / "w1.key");
  ASSERT_FALSE(loaded);
  EXPECT_TRUE(contains(loaded.error().message, "w1.key")) << loaded.error().message;
  EXPECT_TRUE(contains(loaded.error().message, "0640")) << loaded.error().message;
}

TEST(KeyPair, OfAnotherKindIsRefused) {
  const auto missing = load_key_pair("/nonexistent/w1.key");
  ASSERT_FALSE(missing);
  EXPECT_TRUE(contains(missing.error().message, "/nonexistent/w1.key"));
  EXPECT_FALSE(key_pair_from_pem("rubbish", "test"));
  const char* ed25519 =
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
      "-----END PRIVATE KEY-----\n";
  const auto other = key_pair_from_pem(ed25519, "test");
  ASSERT_FALSE(other);
  EXPECT_TRUE(contains(other.error().message, "another kind")) << other.error().message;
}

TEST(PublicKey, ErrorsDoNotShowWhatWasGiven) {
  const std::string secret = to_pem(KeyPair::generate());
  for (const auto& text : {secret, secret.substr(28, 64), std::string(40, '"'), std::string("SECRET")}) {
    const auto key = PublicKey::from_text(text);
    ASSERT_FALSE(key);
    EXPECT_FALSE(contains(key.error().message, text)) << key.error().message;
    EXPECT_TRUE(contains(key.error().message, std::to_string(text.size()) + " bytes long")) << key.error().message;
  }
}

TEST(KeyPair, IsReadByTheOpensslCommand) {
  const TestFolder folder;
  ASSERT_TRUE(save_key_pair(folder / "w1.key", KeyPair::generate()));
  const std::string command =
      "openssl pkey -noout -text -in " + (folder / "w1.key").string() + " | grep -q X25519";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(Sealing, OpensForItsOwnerAlone) {
  const KeyPair owner = KeyPair::generate();
  const std::string sealed = seal(owner.public_key, "s3cret");
  EXPECT_FALSE(contains(sealed, "s3cret"));
  EXPECT_EQ(*open_sealed(owner, sealed), "s3cret");
  EXPECT_EQ(*open_sealed(owner, seal(owner.public_key, "")), "");
  EXPECT_FALSE(open_sealed(KeyPair::generate(), sealed));
  EXPECT_FALSE(open_sealed(owner, sealed.substr(0, 20)));
  std::string changed = sealed;
  changed.back() ^= 1;
  EXPECT_FALSE(open_sealed(owner, changed));
}

TEST(Sealing, DrawsIdsAndKeys) {
  EXPECT_NE(random_session_id(), random_session_id());
  EXPECT_EQ(random_session_id().value >> 63, 0u);
  EXPECT_EQ(random_key_text().size(), 32u);
  EXPECT_NE(random_key_text(), random_key_text());
}

TEST(Digest, IsSha256OfTheWholeStream) {
  Sha256 digest;
  digest.add("a");
  digest.add("bc");
  const char* expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(digest.finish_hex(), expected);
  digest.add("abc");
  EXPECT_EQ(digest.finish_hex(), expected);
  EXPECT_EQ(Sha256::hex_of("abc"), expected);
}

TEST(Wipe, LeavesNothingOfATextThatShrankOrWasMovedAway) {
  for (const std::size_t length : {std::size_t{10}, std::size_t{100}}) {
    std::string text(length, 's');
    text.resize(1);
    wipe(text);
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(std::count(text.data(), text.data() + length, 's'), 0);
  }
  std::string text(10, 's');
  const std::string elsewhere = std::move(text);
  wipe(text);
  EXPECT_EQ(std::count(text.data(), text.data() + elsewhere.size(), 's'), 0);
}

}  // namespace
}  // namespace argosy::fabric
