#include "fabric/bundle.h"

#include <gtest/gtest.h>

#include "fabric/test_folder.h"

namespace argosy::fabric {
namespace {

Bundle sample() {
  return {{"ca.pem", "certificate"}, {"endpoint.key", std::string("\0\n\xff", 3)}, {"empty", ""}};
}

TEST(Bundle, OpensWithItsPassphrase) {
  const std::string text = seal_bundle(sample(), "correct horse");
  EXPECT_FALSE(contains(text, "certificate"));
  const auto opened = open_bundle("pasted:\n" + text + "\n-- \n", "correct horse");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(*opened, sample());
}

TEST(Bundle, RefusesWrongPassphraseAndChangedText) {
  std::string text = seal_bundle(sample(), "correct horse");
  EXPECT_FALSE(open_bundle(text, "wrong horse"));
  char& changed = text[text.size() / 2];
  changed = changed == 'A' ? 'B' : 'A';
  EXPECT_FALSE(open_bundle(text, "correct horse"));
  EXPECT_FALSE(open_bundle(text.substr(0, 80), "correct horse"));
  EXPECT_FALSE(open_bundle("", "correct horse"));
}

}  // namespace
}  // namespace argosy::fabric
