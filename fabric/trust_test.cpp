#include "fabric/trust.h"

#include <gtest/gtest.h>

#include "fabric/certificates.h"
#include "fabric/clock.h"
#include "fabric/private_file.h"
#include "fabric/test_folder.h"

namespace argosy::fabric {
namespace {

TEST(Trust, TakesTheHostOutOfAnEndpoint) {
  EXPECT_EQ(*host_of("tcp://argosy.example:7070"), "argosy.example");
  EXPECT_EQ(*host_of("tcp://[::1]:7070"), "::1");
  for (const char* wrong : {"", "tcp://", "tcp://:7070", "argosy.example:7070"})
    EXPECT_FALSE(host_of(wrong)) << wrong;
}

TEST(Trust, BelievesEitherCertificateOfARotation) {
  const TestFolder folder;
  const WallTime now = read_wall();
  const Validity past{now + seconds(-86400), now + seconds(-3600)};
  const Validity today{now + seconds(-3600), now + seconds(86400)};
  const Authority authority = *Authority::create("cluster", today);
  const KeyPair keys = KeyPair::generate();
  const auto issue = [&](Validity validity) {
    return authority.issue({"broker", "endpoint", keys.public_key, {"127.0.0.1"}, validity})->pem();
  };
  ASSERT_TRUE(write_plain_file(folder / "ca.pem", authority.certificate().pem(), Existing::refuse));
  ASSERT_TRUE(write_plain_file(folder / "both.pem", issue(past) + issue(today), Existing::refuse));
  ASSERT_TRUE(write_plain_file(folder / "old.pem", issue(past), Existing::refuse));

  const auto key = load_endpoint_key(folder / "ca.pem", folder / "both.pem", "tcp://127.0.0.1:7070");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(*key, keys.public_key);
  const auto expired = load_endpoint_key(folder / "ca.pem", folder / "old.pem", "tcp://127.0.0.1:7070");
  ASSERT_FALSE(expired);
  EXPECT_TRUE(contains(expired.error().message, "old.pem")) << expired.error().message;
  EXPECT_TRUE(contains(expired.error().message, "expired")) << expired.error().message;
  EXPECT_FALSE(load_endpoint_key(folder / "ca.pem", folder / "both.pem", "tcp://127.0.0.2:7070"));
}

}  // namespace
}  // namespace argosy::fabric
