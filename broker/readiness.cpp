#include "broker/readiness.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace argosy::broker {

namespace {

Status notify(const std::string& socket_name, const std::string& message) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_name.size() >= sizeof address.sun_path)
    return Error{"NOTIFY_SOCKET: the name is too long: " + socket_name};
  std::memcpy(address.sun_path, socket_name.data(), socket_name.size());
  if (socket_name[0] == '@') address.sun_path[0] = '\0';  // Linux' abstract names
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_name.size());

  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error{"NOTIFY_SOCKET: " + std::string(std::strerror(errno))};
  const auto sent = sendto(fd, message.data(), message.size(), MSG_NOSIGNAL,
                           reinterpret_cast<const sockaddr*>(&address), length);
  const int failed = sent < 0 ? errno : 0;
  close(fd);
  if (failed != 0) return Error{"NOTIFY_SOCKET " + socket_name + ": " + std::strerror(failed)};
  return Done{};
}

}  // namespace

Status tell_ready(const std::string& endpoint) {
  std::printf("ready %s\n", endpoint.c_str());
  std::fflush(stdout);
  const char* socket_name = std::getenv("NOTIFY_SOCKET");
  if (socket_name == nullptr || *socket_name == '\0') return Done{};
  return notify(socket_name, "READY=1\nSTATUS=serves " + endpoint + "\n");
}

}  // namespace argosy::broker
