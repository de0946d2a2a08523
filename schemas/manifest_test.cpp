// Broken manifests stand in testdata/NAME.yaml, and what a person is told of each in NAME.expected beside it.
// ARGOSY_RECORD=1 writes the .expected files anew: read the diff.
#include "schemas/manifest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/rng.h"
#include "schemas/manifest_schema.h"
#include "schemas/sources.h"

namespace argosy {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<fs::path> yaml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

constexpr const char* kWhole = R"(version: 1
project: finance/nightly
packages:
  load:
    description: the nightly load
    parameters:
      day:      {type: date, required: true}
      tables:   {type: list, default: [a, b]}
      password: {type: string, sensitive: true, from: environment.DW_PASSWORD}
    defaults: {retry: {limit: 2, backoff: 10s..5m}, resources: {cpu: 1, memory: 1GiB}, env: {A: 1, B: two}}
    tasks:
      extract:
        for_each: {table: [orders, 17, {name: x}]}
        run: [./extract.sh, "${{ item.table }}", "${{ params.day }}", 5]
        resources: {cpu: 0.5, tags: [gpu, db, gpu]}
        limits: {time: 1h30m, memory: 8GiB, log: 50MiB}
        secrets: {DW_PASSWORD: "${{ params.password }}"}
        max_failures: 5%
        lease: 5m
      numbers: {for_each: 1-1000:2, run: [x]}
      more: {for_each: {n: {from: 1, to: 10, step: 3}}, run: [x, "${{ item.n }}"], env: {B: three}}
      given: {for_each: {table: {parameter: tables}}, run: [x], cwd: /tmp, run_as: nobody, grace: 0}
      load:
        after: [extract, {numbers: failed, more: ended}]
        run: |
          ./load.sh in/ && echo "${HOME}"
)";

TEST(Manifest, ReadsEverything) {
  const auto manifest = load_manifest_text(kWhole, "argosy.yaml", "");
  ASSERT_EQ(manifest.problem_text(), "");
  const auto& project = manifest.project;
  EXPECT_EQ(project.folder, "finance");
  EXPECT_EQ(project.name, "nightly");
  ASSERT_EQ(project.packages.size(), 1u);
  const auto& package = project.packages[0];
  ASSERT_EQ(package.tasks.size(), 5u);
  EXPECT_EQ(package.parameters[1].default_value, "[\"a\",\"b\"]");
  EXPECT_EQ(package.parameters[2].from, "DW_PASSWORD");
  const auto& extract = package.tasks[0];
  EXPECT_EQ(extract.for_each.variable, "table");
  EXPECT_EQ(extract.for_each.values, (std::vector<std::string>{"orders", "17", "{\"name\":\"x\"}"}));
  EXPECT_EQ(extract.argv[3], "5");
  EXPECT_EQ(extract.resources, (Resources{500, 1ull << 30, {"db", "gpu"}}));
  EXPECT_EQ(extract.limits.time, seconds(5400));
  EXPECT_EQ(extract.retry, (Retry{2, seconds(10), seconds(300)}));
  EXPECT_EQ(extract.max_failures.percent, 5.0);
  EXPECT_EQ(extract.lease, seconds(300));
  EXPECT_EQ(package.tasks[1].for_each.range, (Range{1, 1000, 2}));
  EXPECT_EQ(package.tasks[2].env, (std::map<std::string, std::string>{{"A", "1"}, {"B", "three"}}));
  EXPECT_EQ(package.tasks[3].for_each.parameter, "tables");
  EXPECT_EQ(package.tasks[3].cwd_path, "/tmp");
  EXPECT_EQ(package.tasks[3].grace, Duration{});
  const auto& load = package.tasks[4];
  EXPECT_EQ(load.after,
            (std::vector<After>{
                {TaskNo{0}, AfterOn::succeeded}, {TaskNo{1}, AfterOn::failed}, {TaskNo{2}, AfterOn::ended}}));
  EXPECT_EQ(load.script, "./load.sh in/ && echo \"${HOME}\"\n");
}

TEST(Manifest, BrokenOnesSayWhatAndWhere) {
  const bool record = std::getenv("ARGOSY_RECORD") != nullptr;
  for (const auto& path : yaml_files(ARGOSY_TESTDATA)) {
    const auto manifest = load_manifest_text(read(path), path.filename().string(), ARGOSY_TESTDATA);
    EXPECT_FALSE(manifest.ok()) << path;
    auto expected = path;
    expected.replace_extension(".expected");
    if (record) std::ofstream(expected, std::ios::binary) << manifest.problem_text();
    EXPECT_EQ(manifest.problem_text(), read(expected)) << path;
  }
}

TEST(Manifest, ExamplesAreSound) {
  for (const auto& path : yaml_files(ARGOSY_EXAMPLES)) {
    if (path.filename() != "argosy.yaml") continue;
    EXPECT_EQ(load_manifest(path.parent_path().string()).problem_text(), "") << path;
  }
}

// What the reader refuses by shape, the schema must refuse too: editors check with the schema alone.
TEST(Manifest, SchemaRefusesWrongShapes) {
  for (const char* name :
       {"wrong_key", "wrong_type", "nothing_there", "no_keys", "a_list", "empty_commands"}) {
    const auto tree = parse_yaml(read(fs::path(ARGOSY_TESTDATA) / (std::string(name) + ".yaml")));
    ASSERT_FALSE(tree.second) << name;
    EXPECT_FALSE(check_schema(tree.first).empty()) << name;
  }
  EXPECT_TRUE(check_schema(parse_yaml(kWhole).first).empty());
}

TEST(Manifest, LargeArraysStandBeside) {
  std::string text = "version: 1\nproject: demo\npackages: {p: {tasks: {t: {run: [x], for_each: [";
  for (int i = 0; i < 20'000; ++i) text += "item" + std::to_string(i) + ", ";
  text += "]}}}}\n";
  const auto digest = [](std::string_view) { return std::string(64, 'a'); };
  const auto manifest = load_manifest_text(text, "argosy.yaml", "", digest);
  ASSERT_EQ(manifest.problem_text(), "");
  const auto& each = manifest.project.packages[0].tasks[0].for_each;
  EXPECT_EQ(each.source, ItemSource::blob);
  EXPECT_EQ(each.blob_count, 20'000u);
  EXPECT_EQ(manifest.blobs.at(each.blob_digest).size(), each.blob_bytes);
  EXPECT_FALSE(load_manifest_text(text, "argosy.yaml", "").ok());
}

TEST(Manifest, DefaultsProblemIsToldOnce) {
  const auto manifest = load_manifest_text(
      "version: 1\nproject: demo\npackages:\n  p:\n    defaults: {env: {PW: '${{ params.x }}'}}\n    tasks:\n"
      "      a: {run: [x]}\n      b: {run: [x]}\n",
      "f", "");
  EXPECT_EQ(manifest.problems.size(), 1u) << manifest.problem_text();
  EXPECT_EQ(manifest.problems[0].line, 5u) << manifest.problem_text();
}

TEST(Manifest, AbsentFile) {
  const auto manifest = load_manifest("/nonexistent/argosy.yaml");
  EXPECT_EQ(manifest.problem_text(),
            "/nonexistent/argosy.yaml: cannot be read: No such file or directory; check the path and its "
            "permissions; a "
            "project is a folder that holds argosy.yaml, or one YAML file\n");
}

// scripts/import-wfformat: edges named from either end, ids that are no names, tasks without a run time.
TEST(Manifest, TracesBecomeProjects) {
  std::string folder = (fs::temp_directory_path() / "argosy-trace-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::ofstream(fs::path(folder) / "small trace.json") << R"({"workflow": {"specification": {"tasks": [
      {"id": "a/b:1", "parents": [], "children": ["join"]}, {"id": "a/b;1", "children": []}, {"id": "a_b_1"},
      {"id": "join", "parents": ["a/b:1", "a/b;1"]}]},
      "execution": {"tasks": [{"id": "a/b:1", "runtimeInSeconds": 12.5}, {"id": "join", "runtimeInSeconds": 0.01}]}}})";
  const std::string command = "cd '" + folder +
                              "' && '" ARGOSY_EXAMPLES "/../scripts/import-wfformat' 'small trace.json' " +
                              "--speed-up 10 -o out > said && tail -n 1 said > last";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(read(fs::path(folder) / "last"), "out/small_trace\n");
  const auto manifest = load_manifest(folder + "/out/small_trace");
  ASSERT_EQ(manifest.problem_text(), "");
  ASSERT_EQ(manifest.project.packages.size(), 1u);
  EXPECT_EQ(manifest.project.packages[0].name, "small_trace");
  const auto& tasks = manifest.project.packages[0].tasks;
  ASSERT_EQ(tasks.size(), 4u);
  EXPECT_EQ(tasks[0].name, "a_b_1-2");
  EXPECT_EQ(tasks[1].name, "a_b_1-3");
  EXPECT_EQ(tasks[2].name, "a_b_1");
  EXPECT_EQ(tasks[0].argv, (std::vector<std::string>{"sleep", "1.25"}));
  EXPECT_EQ(tasks[1].argv[1], "0");
  EXPECT_EQ(tasks[3].after,
            (std::vector<After>{{TaskNo{0}, AfterOn::succeeded}, {TaskNo{1}, AfterOn::succeeded}}));
  fs::remove_all(folder);
}

// Mutated manifests: any outcome is right that is no crash, no exception and no unplaced problem.
TEST(Manifest, MutatedOnesAreHandled) {
  std::vector<std::string> seeds = {kWhole};
  for (const auto& path : yaml_files(ARGOSY_TESTDATA)) {
    if (fs::file_size(path) < 2'000) seeds.push_back(read(path));
  }
  for (const auto& path : yaml_files(ARGOSY_EXAMPLES)) seeds.push_back(read(path));
  const std::vector<std::string> parts = {
      "{",      "}",   "[",    "]",    ": ", "- ", "\n",
      "  ",     "&a ", "*a",   "\"",   "'",  "|",  "?",
      "!!str ", "${{", "}}",   "\xFF", "~",  "-1", "999999999999999999999",
      "%",      "#",   "<<: ", "\t"};
  Rng rng(2026);
  for (int round = 0; round < 1'500; ++round) {
    std::string text = seeds[rng.below(seeds.size())];
    for (auto n = 1 + rng.below(4); n > 0; --n) {
      const auto at = rng.below(text.size() + 1);
      switch (rng.below(4)) {
        case 0:
          text.insert(at, parts[rng.below(parts.size())]);
          break;
        case 1:
          text.erase(at, rng.below(20));
          break;
        case 2:
          text.insert(at, text.substr(rng.below(text.size() + 1), rng.below(40)));
          break;
        default:
          if (at < text.size()) text[at] = static_cast<char>(rng.below(256));
      }
    }
    const auto manifest = load_manifest_text(text, "f", "");
    for (const auto& problem : manifest.problems) {
      EXPECT_FALSE(problem.problem.what.empty());
      EXPECT_TRUE(problem.line > 0 || &problem == &manifest.problems.back()) << problem.text() << "\n"
                                                                             << text;
    }
  }
}

}  // namespace
}  // namespace argosy
