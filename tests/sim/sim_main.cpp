// The simulator's program: many seeds on several processes, one seed with its transcript, or the hunt for planted bugs.
//
//   sim [--seeds N] [--from SEED] [--jobs J]      every promise on N seeds
//   sim --from SEED --transcript [--bug NAME]     one seed, told line by line
//   sim --bugs [--bug NAME] [--seeds N]           for each planted bug, or that one, the first seed that shows it
//
// Exit status: 0 every promise held (every bug was caught), 1 not, 2 usage.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "tests/sim/bugs.h"
#include "tests/sim/hunt.h"
#include "tests/sim/world.h"

namespace argosy::sim {
namespace {

struct Arguments {
  std::uint64_t seeds = 0;  // 0: 100, or 200 for the hunt
  std::uint64_t from = 1;
  std::uint32_t jobs = 2;
  Bug bug = Bug::none;
  bool transcript = false;
  bool bugs = false;
};

[[noreturn]] void usage(const std::string& what) {
  std::fprintf(stderr, "sim: %s\nusage: sim [--seeds N] [--from SEED] [--jobs J] [--bug NAME] [--transcript] [--bugs]\n",
               what.c_str());
  std::exit(2);
}

std::uint64_t number(const char* text) {
  char* end = nullptr;
  const std::uint64_t value = std::strtoull(text, &end, 10);
  if (end == text || *end != '\0') usage(std::string("not a number: ") + text);
  return value;
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&]() -> const char* {
      if (i + 1 >= argc) usage(word + " needs a value");
      return argv[++i];
    };
    if (word == "--seeds") arguments.seeds = number(value());
    else if (word == "--from") arguments.from = number(value());
    else if (word == "--jobs") arguments.jobs = static_cast<std::uint32_t>(number(value()));
    else if (word == "--transcript") arguments.transcript = true;
    else if (word == "--bugs") arguments.bugs = true;
    else if (word == "--bug") {
      const std::string name = value();
      const auto bug = find_bug(name);
      if (!bug) usage("no planted bug is called " + name);
      arguments.bug = bug->bug;
    } else usage("unknown argument " + word);
  }
  if (arguments.jobs == 0 || arguments.jobs > 64) usage("--jobs is 1 … 64");
  if (arguments.seeds == 0) arguments.seeds = arguments.bugs ? 200 : 100;
  return arguments;
}

int tell_one(const Arguments& arguments) {
  World world({arguments.from, arguments.bug, true});
  const Verdict verdict = world.run();
  std::fwrite(verdict.transcript.data(), 1, verdict.transcript.size(), stdout);
  for (const Report& report : verdict.reports) std::fprintf(stderr, "%s: %s\n", report.promise.c_str(), report.what.c_str());
  return verdict.reports.empty() ? 0 : 1;
}

int hunt_bugs(const Arguments& arguments) {
  int missed = 0;
  for (const BugName& bug : bugs()) {
    if (arguments.bug != Bug::none && arguments.bug != bug.bug) continue;
    const Sum sum = run_seeds({arguments.from, arguments.seeds, arguments.jobs, bug.bug, std::string(bug.promise)});
    const bool caught = sum.failed_seed != 0;
    missed += caught ? 0 : 1;
    std::printf("%-24s %s\n", std::string(bug.name).c_str(),
                caught ? ("seed " + std::to_string(sum.failed_seed) + ", " + sum.failure).c_str()
                       : ("not caught within " + std::to_string(arguments.seeds) + " seeds").c_str());
    std::fflush(stdout);
  }
  return missed == 0 ? 0 : 1;
}

int run_all(const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  const Sum sum = run_seeds({arguments.from, arguments.seeds, arguments.jobs, arguments.bug, ""});
  const double minutes = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count() / 60;
  const double hours = static_cast<double>(sum.simulated.us) / 3.6e9;
  std::printf("seeds %llu, simulated hours %.2f, executions %llu, faults %llu, late messages %llu; "
              "%.1f minutes: in each %.1f simulated hours, %.0f faults\n",
              static_cast<unsigned long long>(sum.seeds), hours,
              static_cast<unsigned long long>(sum.executions), static_cast<unsigned long long>(sum.faults),
              static_cast<unsigned long long>(sum.late_messages), minutes, hours / minutes,
              static_cast<double>(sum.faults) / minutes);
  if (sum.failed_seed == 0) return 0;
  const std::string bug = arguments.bug == Bug::none ? "" : " --bug " + std::string(to_string(arguments.bug));
  std::printf("FAILED: %s\nrepeat with: scripts/sim --from %llu --transcript%s\n", sum.failure.c_str(),
              static_cast<unsigned long long>(sum.failed_seed), bug.c_str());
  return 1;
}

}  // namespace
}  // namespace argosy::sim

int main(int argc, char** argv) {
  const argosy::sim::Arguments arguments = argosy::sim::parse(argc, argv);
  if (arguments.transcript) return argosy::sim::tell_one(arguments);
  return arguments.bugs ? argosy::sim::hunt_bugs(arguments) : argosy::sim::run_all(arguments);
}
