// The program `argosy`: one binary for users and roles. DESIGN: noun, verb; options before or after the verb.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "base/text.h"
#include "base/version.h"
#include "client/cli.h"
#include "client/misuse.h"
#include "client/numbers.h"
#include "worker/keeper.h"

namespace argosy::client {
namespace {

void add_shared_options(CLI::App& app, Cli& cli) {
  app.add_option("--dir", cli.dir, "folder of the cluster ($ARGOSY_DIR, ./argosy or ~/.argosy when left out)");
  app.add_option("--output,-o", cli.format, "table, json (one document), or quiet (bare ids)")
      ->check(CLI::IsMember({"table", "json", "quiet"}));
  app.add_option("--as", cli.as, "private key file to be, when not the one that cluster.toml names");
  app.add_option("--patience", cli.patience_seconds, "seconds that a request may go unanswered")
      ->check(decimal_number(0.1, 86400));
}

// Options of the program are taken behind verbs too.
void let_fall_through(CLI::App& app) {
  app.fallthrough();
  for (CLI::App* sub : app.get_subcommands({})) {
    sub->group("Verbs");
    let_fall_through(*sub);
  }
}

int help(Cli& cli, const std::vector<std::string>& words) {
  const CLI::App* at = cli.app;
  std::string path = at->get_name();
  for (const auto& word : words) {
    const auto verbs = at->get_subcommands([&word](const CLI::App* verb) { return verb->get_name() == word; });
    if (verbs.empty()) return cli.fail(usage("there is no verb '" + printable(word) + "'; see `" + path + " --help`"));
    at = verbs.front();
    path += " " + word;
  }
  std::cout << cli.app->get_formatter()->make_help(at, path, CLI::AppFormatMode::Normal);
  return 0;
}

void add_help_verb(CLI::App& app, Cli& cli) {
  static std::vector<std::string> words;
  cli.verb(app, "help", "what a verb does and takes: argosy help execution retry", [&cli] { return help(cli, words); })
      ->add_option("verb", words, "the verb's words; none: all verbs");
}

void build(CLI::App& app, Cli& cli) {
  cli.app = &app;
  app.set_version_flag("--version", "argosy " + std::string(version()));
  app.require_subcommand(1);
  add_shared_options(app, cli);
  add_up_verbs(app, cli);
  add_submit_verb(app, cli);
  add_execution_verbs(app, cli);
  add_task_verbs(app, cli);
  add_log_verb(app, cli);
  add_project_verbs(app, cli);
  add_environment_verbs(app, cli);
  add_worker_verbs(app, cli);
  add_cluster_verbs(app, cli);
  add_catalog_verbs(app, cli);
  add_role_verbs(app, cli);
  add_doctor_verb(app, cli);
  add_completion_verb(app, cli);
  add_help_verb(app, cli);
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  let_fall_through(app);
}

// What stands behind the first bare "--" is a command, never options of ours.
std::vector<std::string> split_arguments(int argc, char** argv, Cli& cli) {
  std::vector<std::string> own;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--") == 0) {
      cli.has_command = true;
      cli.command.assign(argv + i + 1, argv + argc);
      break;
    }
    own.emplace_back(argv[i]);
  }
  return own;
}

// What a process starts with is its caller's: a file that opens as descriptor 2 would be written over by log lines, a caller
// that ignores SIGCHLD leaves no child to wait for. Reading from a descriptor that was closed gives nothing, writing fails.
void become_plain() {
  int fd = ::open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDONLY);
  if (fd >= 0) ::close(fd);
  std::signal(SIGCHLD, SIG_DFL);
}

int run(int argc, char** argv) {
  Cli cli;
  cli.program = argv[0];
  CLI::App app("Argosy runs packages of work on a fleet of workers and does not lose any of it.", "argosy");
  build(app, cli);
  const auto words = split_arguments(argc, argv, cli);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 takes them from the back
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return cli.fail(usage(misuse(app, words, error)));
  }
  if (!cli.chosen) {
    std::cerr << "argosy: which verb? See `argosy --help`\n";
    return static_cast<int>(Exit::usage);
  }
  int status = 0;
  try {
    status = cli.chosen();
  } catch (const std::filesystem::filesystem_error& error) {  // a path that cannot even be looked at
    std::cerr << "argosy: " << printable(error.path1().string()) << ": " << error.code().message() << "\n";
    status = static_cast<int>(Exit::usage);
  }
  std::cout.flush();
  if (std::cout) return status;
  std::cerr << "argosy: standard output cannot be written; is there room?\n";
  return status == 0 ? static_cast<int>(Exit::failed) : status;
}

}  // namespace
}  // namespace argosy::client

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "keeper") == 0) return argosy::keeper::keeper_main(argc - 1, argv + 1);
  argosy::client::become_plain();
  return argosy::client::run(argc, argv);
}
