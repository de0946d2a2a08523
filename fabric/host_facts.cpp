#include "fabric/host_facts.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace argosy::fabric {
namespace {

std::string first_line(const char* file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

HostFacts read_host_facts() {
  HostFacts facts;
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  facts.name = name;
  facts.machine_id = first_line("/etc/machine-id");
  if (facts.machine_id.empty()) facts.machine_id = facts.name;
  facts.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  cpu_set_t cpus;
  const bool known = sched_getaffinity(0, sizeof cpus, &cpus) == 0;
  facts.cpu_milli = static_cast<std::uint64_t>(std::max(1, known ? CPU_COUNT(&cpus) : 1)) * 1000;
  facts.memory_bytes =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return facts;
}

std::uint64_t take_all_descriptors() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  return files.rlim_max;
}

void tell_ready(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || *path == '\0') return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::min(std::strlen(path), sizeof address.sun_path - 1);
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  static constexpr char kReady[] = "READY=1\n";
  (void)sendto(fd, kReady, sizeof kReady - 1, 0, reinterpret_cast<const sockaddr*>(&address),
               static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
  close(fd);
}

}  // namespace argosy::fabric
