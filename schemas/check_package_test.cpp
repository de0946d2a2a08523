#include "schemas/check_package.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "schemas/check_rules.h"

namespace argosy {
namespace {

Task task(const std::string& name) {
  Task out;
  out.name = name;
  out.argv = {"true"};
  return out;
}

Package package(std::vector<Task> tasks) {
  Package out;
  out.name = "p";
  out.tasks = std::move(tasks);
  return out;
}

std::string problems(const Package& package) {
  return join_problems(check_package(package));
}

TEST(CheckPackage, AcceptsTheSimplest) {
  EXPECT_EQ(problems(package({task("command")})), "");
  Package full = package({task("a"), task("b")});
  full.parameters = {{"day", ParameterType::date, true, {}, false, "", ""}};
  full.tasks[1].after = {{TaskNo{0}, AfterOn::ended}};
  full.tasks[1].argv = {"echo", "${{ params.day }}", "${{ tasks.a.output.x }}"};
  EXPECT_EQ(problems(full), "");
}

TEST(CheckPackage, NamesTheCycle) {
  Package p = package({task("a"), task("b"), task("c"), task("d")});
  p.tasks[0].after = {{TaskNo{1}, AfterOn::succeeded}};
  p.tasks[1].after = {{TaskNo{2}, AfterOn::succeeded}};
  p.tasks[2].after = {{TaskNo{0}, AfterOn::succeeded}};
  p.tasks[3].after = {{TaskNo{0}, AfterOn::succeeded}};
  EXPECT_EQ(problems(p),
            "packages.p.tasks.a.after: these tasks wait for each other: a -> b -> c -> a; take one of these "
            "edges out");
  Package self = package({task("a")});
  self.tasks[0].after = {{TaskNo{0}, AfterOn::succeeded}};
  EXPECT_NE(problems(self).find("a -> a"), std::string::npos);
}

TEST(CheckPackage, SensitiveParametersStaySealed) {
  Package p = package({task("a")});
  p.parameters = {{"pw", ParameterType::string, false, {}, true, "PW", ""}};
  p.tasks[0].secrets = {{"PW", "${{ params.pw }}"}};
  EXPECT_EQ(problems(p), "");
  for (auto change : std::vector<std::function<void(Task&)>>{
           [](Task& t) {
             t.argv = {"x", "${{ params.pw }}"};
           },
           [](Task& t) { t.env["A"] = "${{ params.pw }}"; },
           [](Task& t) { t.argv.clear(), t.script = "x ${{ params.pw }}"; },
           [](Task& t) { t.cwd = Cwd::path, t.cwd_path = "/${{ params.pw }}"; }}) {
    Package q = p;
    change(q.tasks[0]);
    EXPECT_NE(problems(q).find("is sensitive"), std::string::npos) << problems(q);
  }
  p.parameters[0].default_value = "hunter2";
  EXPECT_NE(problems(p).find("may not have a default"), std::string::npos);
}

TEST(CheckPackage, ReferencesMustHold) {
  const auto with = [](const std::string& argument) {
    Package p = package({task("extract"), task("load"), task("other")});
    p.parameters = {{"table", ParameterType::string, false, {}, false, "", ""}};
    p.tasks[1].after = {{TaskNo{0}, AfterOn::succeeded}};
    p.tasks[1].argv = {"x", argument};
    return problems(p);
  };
  EXPECT_EQ(with("${{ params.table }}${{ tasks.extract.output.n }}"), "");
  EXPECT_EQ(with("${{ params.tabel }}"),
            "packages.p.tasks.load.run[1]: there is no parameter \"tabel\"; did you mean \"table\"?");
  EXPECT_NE(with("${{ item }}").find("the task has no for_each"), std::string::npos);
  EXPECT_NE(with("${{ tasks.other.output.n }}").find("does not wait for other"), std::string::npos);
  EXPECT_NE(with("${{ tasks.extrat.output.n }}").find("did you mean \"extract\"?"), std::string::npos);
  EXPECT_NE(with("${{ tasks.load.output.n }}").find("does not wait for load"), std::string::npos);
}

TEST(CheckPackage, Arrays) {
  const auto with = [](const ForEach& each, const std::string& argument) {
    Package p = package({task("a")});
    p.tasks[0].for_each = each;
    p.tasks[0].argv = {"x", argument};
    return problems(p);
  };
  ForEach values{ItemSource::values, "table", {}, {R"({"n":1})", "x"}, "", 0, 0, ""};
  EXPECT_EQ(with(values, "${{ item.table }}"), "");
  EXPECT_NE(with(values, "${{ item.n }}").find("item 1 (x) has no member \"n\""), std::string::npos);
  values.values.clear();
  EXPECT_NE(with(values, "").find("the array is empty"), std::string::npos);
  ForEach range{ItemSource::range, "", {1, 10'000'001, 1}, {}, "", 0, 0, ""};
  EXPECT_NE(with(range, "").find("at most 10000000"), std::string::npos);
  range.range = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), 1};
  EXPECT_NE(with(range, "").find("at most 10000000"), std::string::npos);
  range.range = {2, 1, 1};
  EXPECT_NE(with(range, "").find("empty"), std::string::npos);
  ForEach blob{ItemSource::blob, "", {}, {}, "zz", 5, 3, ""};
  EXPECT_NE(with(blob, "").find("64 hexadecimal"), std::string::npos);
  ForEach parameter{ItemSource::parameter, "", {}, {}, "", 0, 0, "nope"};
  EXPECT_NE(with(parameter, "").find("there is no parameter"), std::string::npos);
}

TEST(CheckPackage, RangesOfNumbersAndTexts) {
  const auto with = [](auto change) {
    Package p = package({task("a")});
    change(p.tasks[0]);
    return problems(p);
  };
  EXPECT_EQ(with([](Task& t) { t.lease = seconds(1); }),
            "packages.p.tasks.a.lease: 1s is out of range; use 2s to 1d");
  EXPECT_EQ(with([](Task& t) { t.resources.cpu_milli = 0; }),
            "packages.p.tasks.a.resources.cpu: 0 is out of range; use 0.001 to 4096");
  EXPECT_NE(with([](Task& t) { t.limits.time = Duration{-1}; }), "");
  EXPECT_NE(with([](Task& t) { t.retry.backoff_max = Duration{0}; }), "");
  EXPECT_NE(with([](Task& t) { t.max_failures.percent = std::numeric_limits<double>::quiet_NaN(); }), "");
  EXPECT_NE(with([](Task& t) { t.argv[0] = std::string("a\0b", 3); }).find("NUL at offset 1"),
            std::string::npos);
  EXPECT_NE(with([](Task& t) { t.argv[0] = "\xFF"; }).find("bad UTF-8"), std::string::npos);
  EXPECT_NE(with([](Task& t) { t.argv.clear(); }).find("nothing to run"), std::string::npos);
  EXPECT_NE(with([](Task& t) { t.script = ""; }).find("both"), std::string::npos);
  EXPECT_NE(with([](Task& t) { t.env["ARGOSY_X"] = ""; }).find("Argosy's own"), std::string::npos);
  EXPECT_NE(with([](Task& t) { t.env["a=b"] = ""; }).find("no valid name"), std::string::npos);
  EXPECT_NE(with([](Task& t) { t.argv.push_back(std::string(200'000, 'x')); }).find("131071"),
            std::string::npos);
  EXPECT_NE(with([](Task& t) { t.resources.tags = {"b", "a"}; }).find("sorted"), std::string::npos);
  EXPECT_NE(with([](Task& t) { t.cwd = Cwd::path, t.cwd_path = "rel"; }).find("no absolute path"),
            std::string::npos);
  EXPECT_NE(with([](Task& t) {
              t.after = {{TaskNo{9}, AfterOn::failed}};
            }).find("no task number 9"),
            std::string::npos);
  EXPECT_NE(with([](Task& t) { t.cwd = static_cast<Cwd>(99); }).find("does not know"), std::string::npos);
  EXPECT_NE(with([](Task& t) { t.for_each.source = static_cast<ItemSource>(99); }).find("does not know"),
            std::string::npos);
}

TEST(CheckPackage, ListsAtMostFifty) {
  Package p = package({});
  for (int i = 0; i < 200; ++i) p.tasks.push_back(task("bad name"));
  EXPECT_EQ(check_package(p).size(), kProblemsListed + 1);
}

struct Unknown : private CheckRules {
  explicit Unknown(Problems& problems) : CheckRules(problems) {}
  using CheckRules::unknown;
};

// A package of 8 MiB names unknown tasks a hundred thousand times, each of which is compared with 20,000 names.
TEST(CheckPackage, NamesAreComparedForListedProblemsOnly) {
  Problems problems;
  std::size_t asked = 0;
  for (int i = 0; i < 200; ++i) {
    Unknown(problems).unknown("p", "task", "lode", [&] {
      ++asked;
      return std::vector<std::string>{"load"};
    });
  }
  EXPECT_EQ(asked, kProblemsListed + 1);
  EXPECT_EQ(problems.take().size(), kProblemsListed + 1);
}

TEST(CheckPackage, AMemberThatIsLackingIsToldAtEachPlace) {
  Package p = package({task("a")});
  p.tasks[0].for_each = {ItemSource::values, "", {}, {R"({"n":1})", R"({"m":1})"}, "", 0, 0, ""};
  p.tasks[0].argv = {"x", "${{ item.n }}", "${{ item.m }}${{ item.n }}"};
  const auto found = check_package(p);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].path, "packages.p.tasks.a.run[1]");
  EXPECT_NE(found[1].what.find("item 0"), std::string::npos);
  EXPECT_EQ(found[2].what, found[0].what);
}

TEST(CheckPackage, LargeGraphsAreQuick) {
  Package p = package({});
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    p.tasks.push_back(task("t" + std::to_string(i)));
    for (std::uint32_t k = 1; k <= 9 && k <= i; ++k)
      p.tasks[i].after.push_back({TaskNo{i - k}, AfterOn::succeeded});
    if (i > 0) p.tasks[i].argv.push_back("${{ tasks.t" + std::to_string(i / 2) + ".output.x }}");
  }
  EXPECT_EQ(problems(p), "");
}

TEST(CheckProject, Names) {
  Project project{"finance/nightly", "load", {package({task("a")})}};
  EXPECT_TRUE(check_project(project).empty());
  project.folder = "finance//x";
  EXPECT_FALSE(check_project(project).empty());
  project.folder = "../x";
  EXPECT_FALSE(check_project(project).empty());
  project.folder = "";
  project.packages.push_back(project.packages[0]);
  EXPECT_NE(join_problems(check_project(project)).find("two packages"), std::string::npos);
  project.packages.clear();
  EXPECT_FALSE(check_project(project).empty());
}

TEST(CheckValue, Types) {
  EXPECT_TRUE(check_value(ParameterType::date, "2024-02-29").ok());
  EXPECT_FALSE(check_value(ParameterType::date, "2026-02-29").ok());
  EXPECT_FALSE(check_value(ParameterType::date, "22.11.2026").ok());
  EXPECT_TRUE(check_value(ParameterType::integer, "-9223372036854775808").ok());
  EXPECT_FALSE(check_value(ParameterType::integer, "1.0").ok());
  EXPECT_FALSE(check_value(ParameterType::integer, "").ok());
  EXPECT_TRUE(check_value(ParameterType::number, "1e6").ok());
  EXPECT_FALSE(check_value(ParameterType::number, "1 ").ok());
  EXPECT_FALSE(check_value(ParameterType::boolean, "yes").ok());
  EXPECT_TRUE(check_value(ParameterType::json, "{\"a\":[]}").ok());
  EXPECT_TRUE(check_value(ParameterType::list, "a\nb").ok());
  EXPECT_FALSE(check_value(ParameterType::string, std::string("\0", 1)).ok());
}

TEST(CheckParameters, AgainstThePackage) {
  Package p = package({task("a")});
  p.parameters = {{"day", ParameterType::date, true, {}, false, "", ""},
                  {"pw", ParameterType::integer, true, {}, true, "PW", ""}};
  EXPECT_TRUE(check_parameters(p, {{"day", "2026-01-01"}}).empty());
  EXPECT_EQ(join_problems(check_parameters(p, {{"dya", "x"}, {"pw", "hunter2"}})),
            "params.day: it is required and was not given; add -p day=…\n"
            "params.dya: package p has no such parameter; did you mean \"day\"?\n"
            "params.pw: the value does not have the parameter's type");
}

}  // namespace
}  // namespace argosy
