#include "fabric/whereabouts.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fabric/certificates.h"
#include "fabric/clock.h"
#include "fabric/test_folder.h"

namespace argosy::fabric {
namespace {

std::string certificate_of(const char* host) {
  const WallTime now = read_wall();
  const Validity day{now + seconds(-3600), now + seconds(86400)};
  const Authority authority = *Authority::create("cluster", day);
  return authority.issue({"broker", "endpoint", KeyPair::generate().public_key, {host}, day})->pem();
}

std::string error_of(const std::string& text) {
  const auto parsed = parse_whereabouts(text, "f");
  return parsed ? "" : parsed.error().message;
}

TEST(Whereabouts, SurviveTheirFile) {
  const TestFolder folder;
  const auto none = load_whereabouts(folder / "moved");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  for (const bool reached : {false, true}) {
    const Whereabouts told{7, "tcp://there.example:7433", certificate_of("there.example"), reached};
    ASSERT_TRUE(save_whereabouts(folder / "moved", told));
    const auto kept = load_whereabouts(folder / "moved");
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(**kept, told);
  }
}

TEST(Whereabouts, ErrorsNameTheLine) {
  const std::string pem = certificate_of("h");
  EXPECT_EQ(error_of("serial 1\nendpoint tcp://h:1\n" + pem), "");
  EXPECT_EQ(error_of("# comment\nserial x\n"), "f:2: serial must be a number from 1");
  EXPECT_EQ(error_of("serial 0\n"), "f:1: serial must be a number from 1");
  EXPECT_EQ(error_of("serial 1\nendpoint h:1\n"), "f:2: endpoint h:1: expected tcp://host:port");
  EXPECT_EQ(error_of("serial 1\nstate lost\n"), "f:2: state must be told or reached");
  EXPECT_EQ(error_of("serial 1\nwhere x\n"), "f:2: unknown key where");
  EXPECT_EQ(error_of("serial 1\n" + pem), "f:1: serial or endpoint is missing");
  EXPECT_NE(error_of("serial 1\nendpoint tcp://h:1\n"), "");  // no certificate
}

}  // namespace
}  // namespace argosy::fabric
