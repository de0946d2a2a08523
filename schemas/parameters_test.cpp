#include "schemas/parameters.h"

#include <gtest/gtest.h>

namespace argosy {
namespace {

Package package() {
  Package out;
  out.name = "load";
  out.parameters = {{"day", ParameterType::date, true, {}, false, "", ""},
                    {"host", ParameterType::string, true, {}, false, "HOST", ""},
                    {"rows", ParameterType::integer, false, "10", false, "", ""},
                    {"note", ParameterType::string, false, {}, false, "", ""},
                    {"password", ParameterType::string, true, {}, true, "PW", ""}};
  Task task;
  task.name = "t";
  task.argv = {"x", "${{ environment.HOST }}"};
  task.secrets = {{"PW", "${{ environment.PW }}"}};
  out.tasks = {task};
  return out;
}

std::string said(const BoundParameters& bound) {
  std::string out;
  for (const auto& problem : bound.problems) out += problem.text() + "\n";
  return out;
}

const GivenParameters kGiven = {{{"day", "2026-11-22"}}, {}, {{"HOST", "db"}}, {"PW"}};

TEST(Parameters, SubmitThenEnvironmentThenDefault) {
  auto bound = bind_parameters(package(), kGiven);
  EXPECT_EQ(said(bound), "");
  EXPECT_EQ(bound.values, (std::map<std::string, std::string>{
                              {"day", "2026-11-22"}, {"host", "db"}, {"rows", "10"}, {"note", ""}}));
  EXPECT_EQ(bound.from_sealed, (std::map<std::string, std::string>{{"password", "PW"}}));
  auto given = kGiven;
  given.plain["host"] = "other";
  given.sealed = {"password"};
  bound = bind_parameters(package(), given);
  EXPECT_EQ(bound.values.at("host"), "other");
  EXPECT_TRUE(bound.from_sealed.empty());
}

TEST(Parameters, RefusesWhatDoesNotFit) {
  EXPECT_EQ(
      said(bind_parameters(package(), {{{"dya", "x"}}, {}, {}, {}})),
      "params.day: it is required and was not given; add -p day=…\n"
      "params.host: it is required, and environment.HOST is not set; give it, or submit with --environment\n"
      "params.password: it is required, and environment.PW is not set; give it, or submit with "
      "--environment\n"
      "params.dya: package load has no such parameter; did you mean \"day\"?\n"
      "packages.load.tasks.t.run[1]: environment.HOST is not set; set it, and submit with --environment\n"
      "packages.load.tasks.t.secrets.PW: environment.PW is not set; set it, and submit with --environment\n");
}

TEST(Parameters, SensitiveOnesComeSealed) {
  auto given = kGiven;
  given.plain["password"] = "hunter2";
  EXPECT_EQ(said(bind_parameters(package(), given)),
            "params.password: it is sensitive and was sent unsealed; submit again\n");
  given = kGiven;
  given.sealed = {"day"};
  EXPECT_EQ(said(bind_parameters(package(), given)), "params.day: it was given twice; give it once\n");
  given = {{{"day", "2026-11-22"}}, {}, {{"PW", "hunter2"}}, {"HOST"}};
  const auto text = said(bind_parameters(package(), given));
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  EXPECT_NE(text.find("params.host: environment.HOST is sensitive"), std::string::npos) << text;
  EXPECT_NE(text.find("params.password: environment.PW is kept in plain"), std::string::npos) << text;
  EXPECT_NE(text.find("run[1]: environment.HOST is sensitive, and this place is readable"), std::string::npos)
      << text;
}

TEST(Parameters, ListsBecomeItems) {
  Package p = package();
  p.parameters.push_back({"tables", ParameterType::list, true, {}, false, "", ""});
  p.tasks[0].for_each.source = ItemSource::parameter;
  p.tasks[0].for_each.variable = "table";
  p.tasks[0].for_each.parameter = "tables";
  auto given = kGiven;
  given.plain["tables"] = "a\nb\n";
  const auto bound = bind_parameters(p, given);
  EXPECT_EQ(said(bound), "");
  const auto items = bind_items(p.tasks[0].for_each, bound.values);
  ASSERT_TRUE(items.ok());
  EXPECT_EQ(items->values, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(items->variable, "table");
  given.plain["tables"] = "";
  EXPECT_NE(said(bind_parameters(p, given)).find("it has no items"), std::string::npos);
  p.parameters.back().required = false;
  given.plain.erase("tables");
  EXPECT_NE(said(bind_parameters(p, given)).find("params.tables: the list: it has no items"),
            std::string::npos);
}

}  // namespace
}  // namespace argosy
