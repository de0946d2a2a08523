// Measures a running cluster from a client's place: rates, latencies, admission. Prints one JSON object.
// scripts/bench starts the clusters, calls this and puts each figure beside its limit.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "client/session.h"
#include "fabric/clock.h"
#include "fabric/digest.h"
#include "fabric/sealing.h"

namespace {

using namespace argosy;
using nlohmann::json;

double seconds_since(Time start) { return static_cast<double>((fabric::read_steady() - start).us) / 1e6; }

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "argosy_bench: %s\n", why.c_str());
  std::exit(1);
}

std::unique_ptr<client::Session> connect(const std::string& folder) {
  auto profile = client::load_profile(folder, "");
  if (!profile) give_up(profile.error().message);
  auto session = client::Session::open(*profile, {.patience = seconds(120)});
  if (!session) give_up(session.error().message);
  return std::move(*session);
}

Submit command(std::vector<std::string> argv) {
  Submit submit;
  submit.key = fabric::random_key_text();
  submit.inline_package.emplace();
  submit.inline_package->name = kCommandTask;
  Task task;
  task.name = kCommandTask;
  task.argv = std::move(argv);
  submit.inline_package->tasks.push_back(std::move(task));
  return submit;
}

// Waits until the execution has ended; succeeded is asked for.
void wait_ended(client::Session& session, const std::string& request, ExecutionId execution) {
  for (;;) {
    const auto news = session.next(fabric::read_steady() + seconds(600));
    if (std::holds_alternative<client::TimedOut>(news)) give_up("no end within 10 minutes");
    if (const auto* refused = std::get_if<Refused>(&news)) give_up(refused->text);
    const auto* changed = std::get_if<Changed>(&news);
    if (changed == nullptr || changed->execution != execution || !is_terminal(changed->status)) continue;
    if (changed->status != ExecutionStatus::succeeded) give_up("the execution did not succeed");
    session.forget(request);
    return;
  }
}

ExecutionId submit(client::Session& session, const Submit& word) {
  auto accepted = session.submit(word);
  if (!accepted) give_up(accepted.error().message);
  return accepted->execution;
}

void submit_and_wait(client::Session& session, const Submit& word) {
  const ExecutionId execution = submit(session, word);
  const std::string watch = fabric::random_key_text();
  session.stand(watch, Watch{watch, {execution}});
  wait_ended(session, watch, execution);
}

// Items a second of one array, from Submit to its end.
json rate(client::Session& session, std::int64_t items, std::vector<std::string> argv, std::int32_t priority) {
  Submit word = command(std::move(argv));
  word.priority = priority;
  auto& each = word.inline_package->tasks[0].for_each;
  each.source = ItemSource::range;
  each.range = {1, items, 1};
  const Time start = fabric::read_steady();
  submit_and_wait(session, word);
  const double took = seconds_since(start);
  return {{"items", items}, {"seconds", took}, {"per_second", static_cast<double>(items) / took}};
}

json latency(client::Session& session, int count, const std::vector<std::string>& argv) {
  std::vector<double> ms;
  for (int i = 0; i < count + 20; ++i) {
    Submit word = command(argv);
    word.watch = true;
    const Time start = fabric::read_steady();
    const ExecutionId execution = submit(session, word);
    wait_ended(session, word.key, execution);
    if (i >= 20) ms.push_back(seconds_since(start) * 1e3);
  }
  std::sort(ms.begin(), ms.end());
  const auto at = [&](double q) { return ms[static_cast<std::size_t>(q * static_cast<double>(ms.size() - 1))]; };
  return {{"count", count}, {"p50_ms", at(0.5)}, {"p99_ms", at(0.99)}, {"worst_ms", ms.back()}};
}

// How long until an array is accepted. It asks for a tag that no worker has, so it waits.
json array(client::Session& session, std::int64_t items) {
  Submit word = command({"/bin/true"});
  word.worker_tags = {"nobody-has-this"};
  auto& each = word.inline_package->tasks[0].for_each;
  const Time start = fabric::read_steady();
  each.source = ItemSource::range;
  each.range = {1, items, 1};
  const ExecutionId execution = submit(session, word);
  return {{"items", items}, {"seconds", seconds_since(start)}, {"execution", execution.value}};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures a running cluster"};
  std::string folder;
  std::int64_t items = 10000;
  std::int32_t priority = 0;
  std::vector<std::string> words{"/bin/true"};
  app.add_option("--dir", folder)->required();
  auto* rate_verb = app.add_subcommand("rate");
  rate_verb->add_option("--items", items);
  rate_verb->add_option("--priority", priority);
  rate_verb->add_option("command", words);
  auto* latency_verb = app.add_subcommand("latency");
  latency_verb->add_option("--count", items);
  latency_verb->add_option("command", words);
  auto* array_verb = app.add_subcommand("array");
  array_verb->add_option("--items", items);
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);

  auto session = connect(folder);
  json result;
  if (*rate_verb) result = rate(*session, items, words, priority);
  if (*latency_verb) result = latency(*session, static_cast<int>(items), words);
  if (*array_verb) result = array(*session, items);
  std::printf("%s\n", result.dump().c_str());
  return 0;
}
