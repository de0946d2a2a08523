#include "worker/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace argosy::keeper {
namespace {

using Folder = std::unique_ptr<DIR, int (*)(DIR*)>;

std::string proc_path(int pid, const char* rest) {
  return "/proc/" + std::to_string(pid) + rest;
}

// Files of /proc have no size: read until the end.
std::string read_whole(const std::string& path) {
  std::string text;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return text;
  char chunk[4096];
  for (ssize_t n; (n = read(fd, chunk, sizeof chunk)) > 0;) text.append(chunk, static_cast<std::size_t>(n));
  close(fd);
  return text;
}

void append_numbers(const std::string& text, std::vector<int>& out) {
  const char* at = text.c_str();
  for (char* end = nullptr;; at = end) {
    const long number = std::strtol(at, &end, 10);
    if (end == at) return;
    out.push_back(static_cast<int>(number));
  }
}

std::vector<int> numbered_entries(const std::string& path) {
  std::vector<int> numbers;
  const Folder folder(opendir(path.c_str()), closedir);
  if (!folder) return numbers;
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') numbers.push_back(std::atoi(entry->d_name));
  }
  return numbers;
}

std::string children_path(int pid, int thread) {
  return proc_path(pid, "/task/") + std::to_string(thread) + "/children";
}

bool kernel_lists_children() {
  static const bool there = access(children_path(getpid(), getpid()).c_str(), R_OK) == 0;
  return there;
}

std::vector<int> children_by_parent(int parent) {
  std::vector<int> children;
  for (const int pid : all_processes()) {
    const auto stat = read_process_stat(pid);
    if (stat && stat->parent == parent) children.push_back(pid);
  }
  return children;
}

}  // namespace

OwnChildren::OwnChildren() {
  if (kernel_lists_children()) {
    fd_ = open(children_path(getpid(), getpid()).c_str(), O_RDONLY | O_CLOEXEC);
  }
}

OwnChildren::~OwnChildren() {
  if (fd_ >= 0) close(fd_);
}

const std::vector<int>& OwnChildren::list() {
  pids_.clear();
  if (fd_ < 0) return pids_ = children_by_parent(getpid());
  text_.clear();
  char chunk[4096];
  for (ssize_t n; (n = pread(fd_, chunk, sizeof chunk, static_cast<off_t>(text_.size()))) > 0;) {
    text_.append(chunk, static_cast<std::size_t>(n));
    if (static_cast<std::size_t>(n) < sizeof chunk / 2)
      break;  // the kernel fills what it can: this was the end
  }
  append_numbers(text_, pids_);
  return pids_;
}

std::optional<ProcessStat> read_process_stat(int pid) {
  const std::string text = read_whole(proc_path(pid, "/stat"));
  const std::size_t name_end = text.rfind(')');  // the name itself may hold ')' and spaces
  if (name_end == std::string::npos) return std::nullopt;
  ProcessStat stat;
  if (std::sscanf(text.c_str() + name_end + 1, " %c %d %d %d", &stat.state, &stat.parent, &stat.group,
                  &stat.session) != 4) {
    return std::nullopt;
  }
  return stat;
}

std::vector<int> children_of(int pid) {
  if (!kernel_lists_children()) return children_by_parent(pid);
  std::vector<int> children;
  for (const int thread : numbered_entries(proc_path(pid, "/task"))) {
    append_numbers(read_whole(children_path(pid, thread)), children);
  }
  return children;
}

void append_tree(int pid, std::vector<int>& out) {
  std::size_t next = out.size();
  out.push_back(pid);
  while (next < out.size()) {
    const std::vector<int> children = children_of(out[next++]);
    out.insert(out.end(), children.begin(), children.end());
  }
}

std::vector<int> all_processes() {
  return numbered_entries("/proc");
}

std::optional<std::string> environment_value(int pid, std::string_view name) {
  const std::string block = read_whole(proc_path(pid, "/environ"));
  std::string_view rest = block;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find('\0'));
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return std::string(entry.substr(name.size() + 1));
    }
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
  }
  return std::nullopt;
}

std::uint64_t resident_bytes(int pid) {
  const std::string text = read_whole(proc_path(pid, "/statm"));
  unsigned long long pages = 0;
  if (std::sscanf(text.c_str(), "%*u %llu", &pages) != 1) return 0;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::string command_name(int pid) {
  std::string name = read_whole(proc_path(pid, "/comm"));
  if (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

}  // namespace argosy::keeper
