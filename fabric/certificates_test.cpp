#include "fabric/certificates.h"

#include <gtest/gtest.h>

#include "fabric/private_file.h"
#include "fabric/test_folder.h"

namespace argosy::fabric {
namespace {

constexpr WallTime kJanuary{1767225600000000};  // 2026-01-01
constexpr Duration kDay = seconds(86400);
constexpr Validity kAuthorityYears{kJanuary, kJanuary + kDay * 3650};
constexpr Validity kYear{kJanuary, kJanuary + kDay * 365};
constexpr WallTime kJune = kJanuary + kDay * 160;

class Certificates : public ::testing::Test {
 protected:
  Certificate endpoint(Validity validity = kYear) {
    return *authority_.issue(
        {"broker", "endpoint", keys_.public_key, {"argosy.example", "127.0.0.1", "::1"}, validity});
  }
  Verified check(const Certificate& certificate, std::string_view host, WallTime now) {
    return check_certificate({authority_.certificate()}, certificate, host, now);
  }

  Authority authority_ = *Authority::create("cluster one", kAuthorityYears);
  KeyPair keys_ = KeyPair::generate();
};

TEST_F(Certificates, GoodOneYieldsItsKey) {
  for (const char* host : {"argosy.example", "127.0.0.1", "::1", ""}) {
    const Verified verified = check(endpoint(), host, kJune);
    ASSERT_TRUE(verified.key) << host << ": " << verified.failure->message;
    EXPECT_EQ(*verified.key, keys_.public_key);
  }
}

TEST_F(Certificates, SayRoleNameHostsAndDates) {
  const CertificateFacts facts = endpoint().facts();
  EXPECT_EQ(facts.role, "broker");
  EXPECT_EQ(facts.name, "endpoint");
  EXPECT_EQ(facts.hosts, (std::vector<std::string>{"argosy.example", "127.0.0.1", "::1"}));
  EXPECT_EQ(facts.not_before, kYear.not_before);
  EXPECT_EQ(facts.not_after, kYear.not_after);
  EXPECT_FALSE(facts.is_authority);
  EXPECT_TRUE(authority_.certificate().facts().is_authority);
  EXPECT_FALSE(authority_.certificate().facts().key);
}

TEST_F(Certificates, WrongNameSaysBothNames) {
  const Verified verified = check(endpoint(), "elsewhere.example", kJune);
  ASSERT_TRUE(verified.failure);
  EXPECT_EQ(verified.failure->reason, Distrust::wrong_name);
  EXPECT_TRUE(contains(verified.failure->message, "argosy.example"));
  EXPECT_TRUE(contains(verified.failure->message, "elsewhere.example"));
  // The common name is no host name.
  EXPECT_EQ(check(endpoint(), "endpoint", kJune).failure->reason, Distrust::wrong_name);
}

TEST_F(Certificates, ExpiredAndNotYetValidSayTheDates) {
  const Verified late = check(endpoint(), "127.0.0.1", kJanuary + kDay * 366);
  ASSERT_TRUE(late.failure);
  EXPECT_EQ(late.failure->reason, Distrust::expired);
  EXPECT_TRUE(contains(late.failure->message, "2027-01-01")) << late.failure->message;
  const Verified early = check(endpoint({kJune, kJune + kDay}), "127.0.0.1", kJanuary + kDay);
  ASSERT_TRUE(early.failure);
  EXPECT_EQ(early.failure->reason, Distrust::not_yet_valid);
}

TEST_F(Certificates, OfAnotherAuthorityIsUnknownEvenUnderTheSameName) {
  const Authority impostor = *Authority::create("cluster one", kAuthorityYears);
  const Verified verified = check_certificate({impostor.certificate()}, endpoint(), "127.0.0.1", kJune);
  ASSERT_TRUE(verified.failure);
  EXPECT_EQ(verified.failure->reason, Distrust::unknown_authority) << verified.failure->message;
  const Verified both =
      check_certificate({impostor.certificate(), authority_.certificate()}, endpoint(), "127.0.0.1", kJune);
  EXPECT_TRUE(both.key);
  EXPECT_EQ(check_certificate({}, endpoint(), "", kJune).failure->reason, Distrust::unknown_authority);
}

TEST_F(Certificates, AnAuthorityIsNobodyToBeReached) {
  EXPECT_EQ(check(authority_.certificate(), "", kJune).failure->reason, Distrust::no_key);
}

TEST_F(Certificates, RefuseBadRequests) {
  EXPECT_FALSE(authority_.issue({"worker", "", keys_.public_key, {}, kYear}));
  EXPECT_FALSE(authority_.issue({"worker", std::string(65, 'x'), keys_.public_key, {}, kYear}));
  EXPECT_FALSE(authority_.issue({"worker", "w1", keys_.public_key, {"a,DNS:evil.example"}, kYear}));
  EXPECT_FALSE(authority_.issue({"worker", "w1", keys_.public_key, {}, {kJune, kJanuary}}));
}

TEST_F(Certificates, ParseFromText) {
  const std::string two = authority_.certificate().pem() + endpoint().pem();
  EXPECT_EQ(Certificate::all_from_pem(two, "test")->size(), 2u);
  EXPECT_FALSE(Certificate::from_pem("", "test"));
  EXPECT_FALSE(
      Certificate::from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "test"));
}

TEST_F(Certificates, AuthorityIsLoadedWithItsKeyOnly) {
  EXPECT_TRUE(Authority::from_pem(authority_.certificate().pem(), authority_.key_pem(), "test"));
  const Authority other = *Authority::create("cluster two", kAuthorityYears);
  EXPECT_FALSE(Authority::from_pem(authority_.certificate().pem(), other.key_pem(), "test"));
}

TEST_F(Certificates, AreVerifiedByTheOpensslCommandToo) {
  const TestFolder folder;
  ASSERT_TRUE(write_private_file(folder / "ca.pem", authority_.certificate().pem(), Existing::refuse));
  ASSERT_TRUE(write_private_file(folder / "endpoint.pem", endpoint().pem(), Existing::refuse));
  const std::string at = " -attime " + std::to_string(kJune.us / 1000000);
  const std::string files =
      " -CAfile " + (folder / "ca.pem").string() + " " + (folder / "endpoint.pem").string();
  const auto openssl = [](const std::string& arguments) {
    return std::system(("openssl " + arguments + " >/dev/null 2>&1").c_str());
  };
  EXPECT_EQ(openssl("verify -x509_strict -verify_hostname argosy.example" + at + files), 0);
  EXPECT_EQ(openssl("verify -verify_ip 127.0.0.1" + at + files), 0);
  EXPECT_NE(openssl("verify -verify_hostname elsewhere.example" + at + files), 0);
  EXPECT_EQ(openssl("x509 -noout -text -in " + (folder / "endpoint.pem").string() + " | grep -q X25519"), 0);
}

}  // namespace
}  // namespace argosy::fabric
