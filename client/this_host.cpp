#include "client/this_host.h"

#include <unistd.h>

#include <fstream>
#include <string>

namespace argosy::client {
namespace {

std::string first_line(const char* file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

Host this_host() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return {name, first_line("/etc/machine-id"), first_line("/proc/sys/kernel/random/boot_id")};
}

}  // namespace argosy::client
