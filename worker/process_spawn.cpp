#include "worker/process_spawn.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "base/check.h"

#define ARGOSY_UNINSTRUMENTED __attribute__((no_sanitize("address", "thread", "undefined")))

namespace argosy::keeper {
namespace {

constexpr std::size_t child_stack_bytes = 64 * 1024;

struct LimitToSet {
  int resource;
  rlimit limit;
};

// All that the child needs, made before it exists: it may neither allocate nor touch anything else.
struct Plan {
  const char* const* argv = nullptr;
  const char* const* env = nullptr;
  const char* const* programs = nullptr;  // candidates in the order of PATH
  const char* directory = nullptr;
  const TaskUser* user = nullptr;
  const LimitToSet* limits = nullptr;
  std::size_t limit_count = 0;
  rlimit mark{};
  SpawnOutput output;
  int keeper = 0;
  sigset_t no_signals{};
  // What the child says when it fails, through the memory that it shares.
  volatile StartStep step = StartStep::process;
  volatile int error = 0;
};

ARGOSY_UNINSTRUMENTED bool enter_user(const TaskUser& user) {
  return syscall(SYS_setgroups, user.groups.size(), user.groups.data()) == 0 &&
         syscall(SYS_setresgid, user.gid, user.gid, user.gid) == 0 &&
         syscall(SYS_setresuid, user.uid, user.uid, user.uid) == 0;
}

ARGOSY_UNINSTRUMENTED bool set_limits(const Plan& plan) {
  setrlimit(RLIMIT_RTTIME,
            &plan.mark);  // refused below an inherited lower limit: the environment tokens must do
  for (std::size_t i = 0; i < plan.limit_count; ++i) {
    if (syscall(SYS_prlimit64, 0, plan.limits[i].resource, &plan.limits[i].limit, nullptr) != 0) return false;
  }
  return true;
}

// Tries each candidate as execvp would: what does not exist is passed over, what may not be run is
// remembered.
ARGOSY_UNINSTRUMENTED int exec_first(const Plan& plan) {
  int worst = ENOENT;
  for (const char* const* program = plan.programs; *program != nullptr; ++program) {
    execve(*program, const_cast<char* const*>(plan.argv), const_cast<char* const*>(plan.env));
    if (errno == EACCES)
      worst = EACCES;
    else if (errno != ENOENT && errno != ENOTDIR)
      return errno;
  }
  return worst;
}

ARGOSY_UNINSTRUMENTED int child_main(void* argument) {
  Plan& plan = *static_cast<Plan*>(argument);
  setsid();
  bool well = true;
  const auto step = [&](StartStep name, bool done) ARGOSY_UNINSTRUMENTED {
    if (well && !done) {
      plan.step = name;
      plan.error = errno;
      well = false;
    }
    return well;
  };
  if (step(StartStep::process, dup2(plan.output.out, 1) == 1 && dup2(plan.output.err, 2) == 2) &&
      step(StartStep::directory, chdir(plan.directory) == 0) && step(StartStep::limits, set_limits(plan)) &&
      step(StartStep::user, plan.user == nullptr || enter_user(*plan.user))) {
    // After the change of user, which clears it. A keeper that died before this line is seen by the second
    // check.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != plan.keeper) _exit(127);
    // Exec would close these too, but only after it has woken the keeper, which would then see another task
    // end whose pipe is still open here.
    syscall(SYS_close_range, 3, ~0U, 0);
    sigprocmask(SIG_SETMASK, &plan.no_signals, nullptr);
    plan.error = exec_first(plan);
    plan.step = StartStep::command;
  }
  _exit(127);
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> list;
  list.reserve(texts.size() + 1);
  for (const std::string& text : texts) list.push_back(text.c_str());
  list.push_back(nullptr);
  return list;
}

bool same_name(const std::string& a, const std::string& b) {
  const std::size_t name = a.find('=');
  return name != std::string::npos && b.compare(0, name + 1, a, 0, name + 1) == 0;
}

// What is extra wins over a variable of the same name.
std::vector<const char*> environment(const std::vector<std::string>& given,
                                     const std::vector<std::string>& extra) {
  std::vector<const char*> list = pointers(extra);
  list.pop_back();
  list.reserve(extra.size() + given.size() + 1);
  for (const std::string& text : given) {
    const auto taken = [&](const std::string& other) { return same_name(other, text); };
    if (std::none_of(extra.begin(), extra.end(), taken)) list.push_back(text.c_str());
  }
  list.push_back(nullptr);
  return list;
}

std::string_view search_path(const StartOrder& order) {
  constexpr std::string_view name = "PATH=";
  for (const std::string& entry : order.env) {
    if (entry.starts_with(name)) return std::string_view(entry).substr(name.size());
  }
  return "/usr/local/bin:/usr/bin:/bin";
}

std::vector<std::string> program_candidates(const StartOrder& order) {
  const std::string& command = order.argv.front();
  if (command.empty() || command.find('/') != std::string::npos) return {command};
  std::vector<std::string> candidates;
  std::string_view path = search_path(order);
  while (true) {
    const std::string_view folder = path.substr(0, path.find(':'));
    candidates.push_back((folder.empty() ? "." : std::string(folder)) + "/" + command);
    if (folder.size() == path.size()) return candidates;
    path.remove_prefix(folder.size() + 1);
  }
}

std::vector<LimitToSet> limits_to_set(const TaskLimits& limits) {
  std::vector<LimitToSet> list;
  const auto add = [&](int resource, const std::optional<std::uint64_t>& value) {
    if (!value) return;
    rlimit now{};
    getrlimit(static_cast<__rlimit_resource>(resource), &now);
    const bool above =
        geteuid() != 0 && *value > now.rlim_max;  // may only be lowered: the lower one holds anyway
    const rlim_t bound = above ? now.rlim_max : *value;
    list.push_back({resource, {bound, bound}});
  };
  add(RLIMIT_NOFILE, limits.files);
  add(RLIMIT_NPROC, limits.processes);
  return list;
}

std::string from_directory(const std::string& program, const std::string& directory) {
  return program.starts_with('/') ? program : directory + "/" + program;
}

std::string command_reason(const StartOrder& order, const std::string& directory,
                           const std::vector<std::string>& candidates, int error) {
  const std::string& command = order.argv.front();
  const std::string name = "'" + command + "'";
  for (const std::string& candidate : candidates) {
    const std::string path = from_directory(candidate, directory);
    struct stat info {};
    if (command.empty() || stat(path.c_str(), &info) != 0) continue;
    if (error == ENOENT)
      return "not executable: " + path + " exists, but the interpreter it names in its first line does not";
    if (error == EACCES && S_ISDIR(info.st_mode)) return "not executable: " + path + " is a directory";
    if (error == EACCES)
      return "not executable: " + path +
             " may not be run by the task's user; check its mode (chmod +x), its owner and noexec mounts";
    if (error == ENOEXEC)
      return "not executable: " + path +
             " is neither a program for this machine nor a script that begins with #!";
  }
  if (error == ENOENT && candidates.size() == 1 && candidates.front() == command)
    return "command not found: " + name + " does not exist in " + directory;
  if (error == ENOENT)
    return "command not found: " + name + " is in no folder of PATH=" + std::string(search_path(order));
  if (error == E2BIG)
    return "arguments and environment of " + name + " are too long for this system; pass data in files";
  return "cannot run " + name + ": " + std::strerror(error);
}

std::string reason_of(const Plan& plan, const StartOrder& order, const std::string& directory,
                      const std::vector<std::string>& candidates) {
  const std::string words = std::strerror(plan.error);
  switch (plan.step) {
    case StartStep::directory:
      return "cannot enter the working directory " + directory + ": " + words;
    case StartStep::limits:
      return "cannot set the resource limits: " + words;
    case StartStep::user:
      return "cannot run as uid " + std::to_string(order.user->uid) + ": " + words +
             "; only a worker that is root can";
    case StartStep::command:
      return command_reason(order, directory, candidates, plan.error);
    default:
      return "cannot start a process: " + words;
  }
}

char* child_stack_top() {
  static char* const stack = [] {
    void* memory = mmap(nullptr, child_stack_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    CHECK(memory != MAP_FAILED);
    return static_cast<char*>(memory);
  }();
  return stack + child_stack_bytes;
}

}  // namespace

std::variant<int, SpawnFailure> spawn_process(const StartOrder& order, const std::string& directory,
                                              const std::vector<std::string>& extra_env, SpawnOutput output,
                                              const ProcessMark& mark) {
  CHECK(!order.argv.empty());
  const auto argv = pointers(order.argv);
  const auto env = environment(order.env, extra_env);
  const auto candidates = program_candidates(order);
  const auto programs = pointers(candidates);
  const auto limits = limits_to_set(order.limits);

  Plan plan;
  plan.argv = argv.data();
  plan.env = env.data();
  plan.programs = programs.data();
  plan.directory = directory.c_str();
  plan.user = order.user ? &*order.user : nullptr;
  plan.limits = limits.data();
  plan.limit_count = limits.size();
  plan.mark = mark_limit(mark);
  plan.output = output;
  plan.keeper = getpid();
  sigemptyset(&plan.no_signals);

  const int pid = clone(child_main, child_stack_top(), CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
  if (pid < 0) plan.error = errno;
  if (plan.error == 0) return pid;
  if (pid > 0) waitpid(pid, nullptr, 0);  // it is in its last instructions
  return SpawnFailure{plan.step, plan.error, reason_of(plan, order, directory, candidates)};
}

}  // namespace argosy::keeper
