#include "worker/launch.h"

#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "fabric/sealing.h"
#include "schemas/template.h"

namespace argosy::worker {
namespace {

// What a task inherits from its worker; all else it gets from its package.
constexpr const char* kInherited[] = {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ"};

// NAME='value' lines, as the shell reads them with `.`.
void append_shell_line(const std::string& name, std::string_view value, SecretText& lines) {
  lines.append(name);
  lines.append("='");
  for (std::size_t quote; (quote = value.find('\'')) != std::string_view::npos; value.remove_prefix(quote + 1)) {
    lines.append(value.substr(0, quote));
    lines.append("'\\''");
  }
  lines.append(value);
  lines.append("'\n");
}

std::vector<std::string> inherited_environment() {
  std::vector<std::string> env;
  for (const char* variable : kInherited) {
    if (const char* value = std::getenv(variable)) env.push_back(std::string(variable) + "=" + value);
  }
  return env;
}

void add_identity(const StartTask& task, const std::filesystem::path& package, const std::filesystem::path& output,
                  const std::string& secrets_path, std::vector<std::string>& env) {
  env.push_back("ARGOSY_EXECUTION=" + std::to_string(task.spec->execution.value));
  env.push_back("ARGOSY_TASK=" + task.spec->body.name);
  if (task.spec->body.for_each.source != ItemSource::none) {
    env.push_back("ARGOSY_ITEM=" + task.value);
    env.push_back("ARGOSY_ITEM_ID=" + task.id);
  }
  env.push_back("ARGOSY_ATTEMPT=" + std::to_string(task.attempt.attempt.value));
  if (!package.empty()) env.push_back("ARGOSY_PACKAGE=" + package.string());
  if (!secrets_path.empty()) env.push_back("ARGOSY_SECRETS=" + secrets_path);
  env.push_back("ARGOSY_OUTPUT=" + output.string());
}

keeper::TaskLimits limits_of(const Task& task) {
  keeper::TaskLimits limits;
  if (task.limits.files > 0) limits.files = task.limits.files;
  if (task.limits.processes > 0) limits.processes = task.limits.processes;
  if (task.limits.memory_bytes > 0) limits.memory_bytes = task.limits.memory_bytes;
  return limits;
}

}  // namespace

Launch::~Launch() {
  for (auto& value : secret_values) fabric::wipe(value);
}

std::variant<Launch, LaunchRefusal> make_launch(const StartTask& task, keeper::TaskToken token, std::uint32_t slot, const std::filesystem::path& package,
                                                LaunchContext& context, Time now) {
  const Task& body = task.spec->body;
  Launch launch;
  keeper::StartOrder& order = launch.order;
  const std::string name = std::to_string(token), place = std::to_string(slot);

  Scope scope{.last = true, .item = &task.value, .item_variable = body.for_each.variable};
  Command command = command_of(body);
  command.secrets.clear();  // their values come sealed
  auto bound = bind_command(command, scope);
  if (!bound) return LaunchRefusal{EndReason::cannot_start, bound.error().message};

  order.token = token;
  order.lease_deadline = task.lease_deadline;
  order.argv = bound->script ? std::vector<std::string>{"sh", "-eu", "-c", *bound->script} : std::move(bound->argv);
  order.limits = limits_of(body);
  order.fresh_directory = (context.places.work / place).string();
  if (body.cwd == Cwd::fresh) order.links_from = package.string();
  order.directory = body.cwd == Cwd::package ? package.string() : body.cwd == Cwd::path ? bound->cwd_path : std::string();
  launch.output = context.places.outputs / name;

  launch.secret_values.reserve(task.spec->secrets.size());  // growing, it would leave short ones behind
  for (const auto& [secret, sealed] : task.spec->secrets) {
    auto opened = fabric::open_sealed(context.keys, sealed);
    if (!opened) return LaunchRefusal{EndReason::secret_unreadable, "secret " + secret + ": " + opened.error().message};
    append_shell_line(secret, *opened, order.secrets);
    launch.secret_values.push_back(std::move(*opened));
    fabric::wipe(*opened);  // a short one was copied
  }
  if (!order.secrets.empty()) order.secrets_path = (context.places.secrets / name).string();

  const std::string& run_as = body.run_as.empty() ? context.run_as : body.run_as;
  if (!run_as.empty()) {
    const auto user = context.users.find(run_as, now);
    if (!user) return LaunchRefusal{EndReason::cannot_start, "run_as: there is no user " + run_as + " on this worker"};
    if (geteuid() == 0) order.user = *user;
    else if (user->uid != geteuid()) {
      return LaunchRefusal{EndReason::cannot_start, "run_as: this worker is not root and cannot become " + run_as};
    }
  }

  static const std::vector<std::string> inherited = inherited_environment();
  order.env.reserve(inherited.size() + 6 + bound->env.size());
  order.env = inherited;
  add_identity(task, package, launch.output, order.secrets_path, order.env);
  for (const auto& [key, value] : bound->env) {
    std::erase_if(order.env, [&](const std::string& have) { return have.starts_with(key + "="); });
    order.env.push_back(key + "=" + value);
  }
  return launch;
}

}  // namespace argosy::worker
