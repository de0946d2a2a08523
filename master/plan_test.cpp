// One copy of equal plans and terms, for as long as somebody holds it.
#include "master/plan.h"

#include <gtest/gtest.h>

namespace argosy::master {
namespace {

Package package() {
  Package package;
  package.name = "p";
  package.tasks.resize(1);
  return package;
}

Terms terms(int run) {
  Terms terms;
  terms.parameters["run"] = std::to_string(run);
  return terms;
}

TEST(Plans, EqualOnesAreOne) {
  Plans plans;
  const auto plan = plans.intern(package());
  const auto first = plans.intern(terms(1));
  EXPECT_EQ(plans.intern(package()), plan);
  EXPECT_EQ(plans.intern(terms(1)), first);
  EXPECT_NE(plans.intern(terms(2)), first);
}

// One package that is submitted again and again, each time with another parameter.
TEST(Plans, TermsThatNobodyHoldsAreForgotten) {
  Plans plans;
  const auto plan = plans.intern(package());
  const auto kept = plans.intern(terms(-1));
  for (int run = 0; run < 10'000; ++run) plans.intern(terms(run));
  EXPECT_LT(plans.size(), 2000u);
  EXPECT_EQ(plans.intern(terms(-1)), kept);
  EXPECT_EQ(plans.intern(package()), plan);
}

}  // namespace
}  // namespace argosy::master
