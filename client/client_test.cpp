// What of the client needs no cluster: batch files, commands as packages, output, progress, logs' tails.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "client/archive.h"
#include "client/batch_file.h"
#include "client/command_package.h"
#include "client/legible.h"
#include "client/output.h"
#include "client/trouble.h"
#include "client/wait.h"
#include "client/wrapped.h"

namespace argosy::client {
namespace {

using nlohmann::json;

std::string batch_error(const std::string& text) {
  const auto rows = parse_batch(text, "b");
  return rows ? "" : rows.error().message;
}

TEST(Archive, TakesFilesOfAllNames) {
  const auto folder = std::filesystem::temp_directory_path() / ("argosy-archive-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "ż");
  std::ofstream(folder / "ż" / "🐢 -1\n.txt");
  const auto packed = pack_folder(folder);
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(packed.ok()) << packed.error().message;
}

TEST(BatchFile, ReadsCsv) {
  const auto rows = parse_batch("day,note\n2026-11-21,\"a, \"\"b\"\"\nc\"\r\n\n2026-11-22,\n", "b");
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0], (BatchRow{{"day", "2026-11-21"}, {"note", "a, \"b\"\nc"}}));
  EXPECT_EQ((*rows)[1], (BatchRow{{"day", "2026-11-22"}}));
}

TEST(BatchFile, TellsAnEmptyFieldFromNone) {
  const auto rows = parse_batch("a,b\n\"\",\n", "b");
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ((*rows)[0], (BatchRow{{"a", ""}}));
}

TEST(BatchFile, ReadsJsonLines) {
  const auto rows = parse_batch("{\"day\": \"x\", \"n\": 3, \"l\": [1, 2], \"none\": null}\n\n{}\n", "b");
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0], (BatchRow{{"day", "x"}, {"n", "3"}, {"l", "[1, 2]"}}));
  EXPECT_TRUE((*rows)[1].empty());
}

TEST(BatchFile, JsonNumbersKeepTheirDigits) {
  const auto rows = parse_batch("{\"id\": 123456789012345678901, \"price\": 1.10, \"all\": {\"n\": 98765432109876543210}}\n", "b");
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ((*rows)[0], (BatchRow{{"id", "123456789012345678901"}, {"price", "1.10"}, {"all", "{\"n\": 98765432109876543210}"}}));
}

TEST(BatchFile, ErrorsNameTheLine) {
  EXPECT_EQ(batch_error(""), "b:1: the file is empty");
  EXPECT_EQ(batch_error("a,b\n1,2\n1\n"), "b:3: 1 fields, but the first line names 2");
  EXPECT_EQ(batch_error("a\n\"x\n"), "b:2: a quoted field is never closed");
  EXPECT_EQ(batch_error("a\n\"x\"y\n").substr(0, 4), "b:2:");
  EXPECT_EQ(batch_error("{}\n[1]\n"), "b:2: not one JSON object");
  EXPECT_EQ(batch_error("a,b,a\n1,2,3\n"), "b:1: column a stands twice");
  EXPECT_EQ(batch_error("a\n"), "b:1: no row: the first line names the parameters, each further one is an execution");
}

TEST(Command, BecomesAPackage) {
  CommandOptions options;
  options.argv = {"echo", "{}", "a{}b"};
  options.env = {"K=V=W"};
  options.resources = "cpu=0.5,memory=8GiB";
  options.time = "30m";
  options.max_failures = "5%";
  options.items = ItemList{true, {1, 9, 2}, {}};
  const auto package = command_package(options, "");
  ASSERT_TRUE(package.ok()) << package.error().message;
  const Task& task = package->tasks.at(0);
  EXPECT_EQ(task.argv, (std::vector<std::string>{"echo", "${{ item }}", "a${{ item }}b"}));
  EXPECT_EQ(task.env.at("K"), "V=W");
  EXPECT_EQ(task.resources.cpu_milli, 500u);
  EXPECT_EQ(task.resources.memory_bytes, 8ull << 30);
  EXPECT_EQ(task.limits.time, seconds(1800));
  EXPECT_EQ(task.max_failures.percent, 5.0);
  EXPECT_EQ(task.for_each.source, ItemSource::range);
}

TEST(Command, LeavesBracesWithoutArray) {
  CommandOptions options;
  options.argv = {"find", "-exec", "ls", "{}"};
  EXPECT_EQ(command_package(options, "")->tasks.at(0).argv.at(3), "{}");
}

TEST(Command, RefusesWhatItCannotRead) {
  CommandOptions options;
  options.argv = {"x"};
  options.resources = "gpu=1";
  EXPECT_FALSE(command_package(options, "").ok());
  options.resources = "";
  options.env = {"=x"};
  EXPECT_FALSE(command_package(options, "").ok());
}

TEST(Output, TableFitsTheTerminal) {
  std::ostringstream out;
  const auto output = Output::make(Format::table, out, 24);
  output->list(json::array({{{"id", 7}, {"text", "a long text that must give way"}}}),
               {{{"ID", "id", Show::count}, {"TEXT", "text", Show::text, true}}, "id", ""});
  EXPECT_EQ(out.str(), "ID  TEXT\n 7  a long text that mu…\n");
}

TEST(Output, LastColumnGoesOnBelow) {
  std::ostringstream out;
  Output::make(Format::table, out, 40)->list(json::array({{{"id", 7}, {"text", "a long text that goes on and on in the next line"}}}),
                                             {{{"ID", "id", Show::count}, {"TEXT", "text"}}, "id", ""});
  EXPECT_EQ(out.str(), "ID  TEXT\n 7  a long text that goes on and on in\n    the next line\n");
}

TEST(Output, WrapsAtBlanksOutsideOfCommands) {
  const std::string text = "stop it with `argosy down --dir /x`, or wait";
  EXPECT_EQ(wrapped(text, 32, 8), "stop it with\n        `argosy down --dir /x`,\n        or wait");
  EXPECT_EQ(wrapped(text, 0, 8), text);
  EXPECT_EQ(wrapped("one\ntwo", 40, 8), "one\n        two");
}

TEST(Output, JsonIsOneDocumentAndQuietOnlyIds) {
  const json rows = json::array({{{"id", 1}}, {{"id", 2}}});
  const Listing how{{{"ID", "id"}}, "id", "none"};
  std::ostringstream as_json, quiet, empty;
  Output::make(Format::json, as_json, 0)->list(rows, how);
  EXPECT_EQ(json::parse(as_json.str()), rows);
  Output::make(Format::quiet, quiet, 0)->list(rows, how);
  EXPECT_EQ(quiet.str(), "1\n2\n");
  Output::make(Format::json, empty, 0)->list(json::array(), how);
  EXPECT_EQ(empty.str(), "[]\n");
}

TEST(Output, CellsOfEachKind) {
  const json row{{"a", {{"b", 3}}}, {"list", {"x", "y"}}, {"size", 2048u}, {"none", nullptr}};
  EXPECT_EQ(cell(row, {"", "a.b"}), "3");
  EXPECT_EQ(cell(row, {"", "list", Show::list}), "x,y");
  EXPECT_EQ(cell(row, {"", "size", Show::size}), "2.0KiB");
  EXPECT_EQ(cell(row, {"", "none"}), "");
  EXPECT_EQ(cell(row, {"", "a.c.d"}), "");
}

TEST(Output, WhatOthersSaidDoesNotSteerTheTerminal) {
  const json row{{"text", "a\x1b[2Jb"}, {"list", json::array({"\x1b[2J"})}, {"time", "\x1b[2J"}};
  EXPECT_EQ(cell(row, {"", "text"}), "a\\x1b[2Jb");
  EXPECT_EQ(cell(row, {"", "list", Show::list}), "\\x1b[2J");
  EXPECT_EQ(cell(row, {"", "time", Show::time}), "\\x1b[2J");
  EXPECT_EQ(legible("a\n\n\x1b[2J\r\nb\n"), "a\n\n\\x1b[2J\\x0d\nb\n");
  EXPECT_EQ(legible(""), "");
}

TEST(Output, WidthCountsCodePoints) {
  EXPECT_EQ(text_width("größer"), 6u);
  EXPECT_EQ(shortened("größer", 4), "grö…");
}

TEST(Wait, WorstEndDecides) {
  std::map<ExecutionId, Changed> ends;
  ends[{1}] = {"", {1}, ExecutionStatus::succeeded, {}};
  EXPECT_EQ(exit_of(ends), Exit::succeeded);
  ends[{2}] = {"", {2}, ExecutionStatus::completed, {}};
  EXPECT_EQ(exit_of(ends), Exit::completed);
  ends[{3}] = {"", {3}, ExecutionStatus::canceled, {}};
  EXPECT_EQ(exit_of(ends), Exit::canceled);
  ends[{4}] = {"", {4}, ExecutionStatus::failed, {}};
  EXPECT_EQ(exit_of(ends), Exit::failed);
}

TEST(Wait, ProgressFitsItsWidth) {
  TaskCounts counts;
  counts.total = 100;
  counts.succeeded = 40;
  counts.failed = 2;
  counts.running = 2;
  EXPECT_EQ(progress_line(counts, 50), "[========>           ] 42/100, 2 running, 2 failed");
  EXPECT_EQ(progress_line({}, 20), "[>             ] 0/0");
}

}  // namespace
}  // namespace argosy::client
