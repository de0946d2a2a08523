#include "schemas/template.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace argosy {
namespace {

using Map = std::map<std::string, std::string>;

std::string bound(std::string_view text, const Scope& scope) {
  auto result = bind_template(text, scope);
  return result ? *result : "ERROR " + result.error().message;
}

TEST(Template, ShellTextStays) {
  Scope scope;
  scope.last = true;
  for (const char* text : {"", "plain", "${HOME} $(pwd) $$ ${x:-y} {} }}", "${ { x }}"})
    EXPECT_EQ(bound(text, scope), text);
}

TEST(Template, BindsEachKind) {
  const Map params = {{"day", "2026-11-22"}}, environment = {{"HOST", "db"}};
  const std::map<std::string, Map> outputs = {{"extract.a", {{"rows", "17"}}}};
  const std::string item = R"({"name":"a \"b\"","deep":{"n":3}})";
  Scope scope{true, &params, &environment, &outputs, &item, "table"};
  EXPECT_EQ(bound("${{params.day}}/${{ environment.HOST }}", scope), "2026-11-22/db");
  EXPECT_EQ(bound("${{ tasks.extract.a.output.rows }}", scope), "17");
  EXPECT_EQ(bound("${{ item.name }},${{ item.deep.n }},${{ item.deep }}", scope), R"(a "b",3,{"n":3})");
  EXPECT_EQ(bound("${{ item.table.name }}", scope), "a \"b\"");
  EXPECT_EQ(bound("${{ item.table }}", scope), item);
  EXPECT_EQ(bound("${{ '${{ item }}' }}", scope), "${{ item }}");
}

TEST(Template, ErrorsSayWhereAndWhat) {
  Scope scope;
  const Map none;
  scope.params = &none;
  scope.last = true;
  EXPECT_EQ(bound("ab ${{ params.x", scope),
            "ERROR at offset 3: ${{ is never closed; write }} after it, or ${{ '${{' }} for the characters "
            "themselves");
  EXPECT_EQ(bound("${{ params.x }}", scope), "ERROR at offset 0: params.x has no value; give it with -p");
  EXPECT_EQ(bound("${{ item }}", scope), "ERROR at offset 0: item has no value here");
  EXPECT_NE(bound("${{ parms.x }}", scope).find("nothing that Argosy knows"), std::string::npos);
  for (const char* bad : {"${{ }}", "${{ params. }}", "${{ item. }}", "${{ item.a..b }}", "${{ tasks.x }}",
                          "${{ tasks.x.output. }}", "${{ 'a' b }}", "${{ 'a }}", "${{", "${{ '"}) {
    EXPECT_FALSE(parse_template(bad).ok()) << bad;
  }
}

TEST(Template, ValuesAreNeverReadAsPlaceholders) {
  const Map params = {{"a", "$"}, {"b", "${{ item }}"}, {"c", "{{ item }}"}};
  Scope first, second;
  first.params = &params;
  const std::string item = "SECRET";
  second.item = &item;
  second.last = true;
  for (const std::string text :
       {"${{ params.b }}", "${{ params.a }}{{ item }}", "${{ params.a }}${{ params.c }}", "$${{ params.c }}",
        "${{ '${{' }} item }}", "${{ params.a }}${{ item }}"}) {
    const auto partly = bound(text, first);
    Scope both = second;
    both.params = &params;
    EXPECT_EQ(bound(partly, second), bound(text, both)) << text << " became " << partly;
  }
  EXPECT_EQ(bound(bound("${{ params.b }}", first), second), "${{ item }}");
}

// Binding in two steps gives what binding in one does, whatever the values hold.
TEST(Template, TwoStepsAreOne) {
  Rng rng(7);
  const std::vector<std::string> parts = {"$",           "{", "}", "${{", "}}", "${{ params.a }}",
                                          "${{ item }}", "'", " ", "x"};
  for (int round = 0; round < 5'000; ++round) {
    const auto text = [&] {
      std::string out;
      for (auto n = rng.below(6); n > 0; --n) out += parts[rng.below(parts.size())];
      return out;
    };
    const std::string whole = text(), item = text();
    const Map params = {{"a", text()}};
    Scope first, second, both;
    first.params = both.params = &params;
    second.item = both.item = &item;
    second.last = both.last = true;
    const auto partly = bind_template(whole, first);
    if (!partly) continue;
    EXPECT_EQ(bound(*partly, second), bound(whole, both)) << whole;
  }
}

TEST(Template, ScriptsGetVariablesNotText) {
  Task task;
  task.script = "echo \"${{ params.a }}\" ${HOME} ${{ item }}";
  task.env = {{"ARGOSY_V1", "taken"}};
  const Map params = {{"a", "$(rm -rf /); ${{ item }}"}};
  const std::string item = "'; reboot";
  Scope first, second;
  first.params = &params;
  second.item = &item;
  second.last = true;
  auto partly = bind_command(command_of(task), first);
  ASSERT_TRUE(partly.ok());
  auto whole = bind_command(*partly, second);
  ASSERT_TRUE(whole.ok()) << whole.error().message;
  EXPECT_EQ(*whole->script, "echo \"${ARGOSY_V2}\" ${HOME} ${ARGOSY_V3}");
  EXPECT_EQ(whole->env, (Map{{"ARGOSY_V1", "taken"}, {"ARGOSY_V2", params.at("a")}, {"ARGOSY_V3", item}}));
}

TEST(Template, BareCommandsMeanWhatTheySay) {
  const std::string item = "7";
  Scope scope;
  scope.last = true;
  scope.item = &item;
  for (const char* text : {"", "a", "${{ params.x }}", "${{", "${HOME}", "'${{ item }}'", "$"}) {
    EXPECT_EQ(bound(template_of_text(text), scope), text);
  }
  EXPECT_EQ(bound(template_of_argument("in/{}.csv{}"), scope), "in/7.csv7");
  EXPECT_EQ(bound(template_of_argument("${{}}"), scope), "${7}");
  EXPECT_EQ(bound(template_of_argument("${{ item }} ${}"), scope), "${{ item }} $7");
}

TEST(Template, CommandsSayWhichPart) {
  Task task;
  task.argv = {"a", "${{ params.x }}"};
  const Map none;
  Scope scope;
  scope.params = &none;
  EXPECT_EQ(bind_command(command_of(task), scope).error().message,
            "run[1]: at offset 0: params.x has no value; give it with -p");
}

}  // namespace
}  // namespace argosy
