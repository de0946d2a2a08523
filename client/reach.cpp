#include "client/reach.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "fabric/trust.h"

namespace argosy::client {
namespace {

std::string connect_trouble(const addrinfo& address, int wait_ms) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return std::strerror(errno);
  std::string trouble;
  if (::connect(fd, address.ai_addr, address.ai_addrlen) != 0) {
    pollfd waiting{fd, POLLOUT, 0};
    int error = errno;
    if (error == EINPROGRESS) {
      socklen_t size = sizeof error;
      if (::poll(&waiting, 1, wait_ms) <= 0) error = ETIMEDOUT;
      else ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == ETIMEDOUT) trouble = "no answer within " + std::to_string(wait_ms) + " ms";
    else if (error != 0) trouble = std::strerror(error);
  }
  ::close(fd);
  return trouble;
}

}  // namespace

Status reach(const std::string& endpoint, Duration within) {
  const auto host = fabric::host_of(endpoint);
  if (!host) return host.error();
  const std::string port = endpoint.substr(endpoint.rfind(':') + 1);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host->c_str(), port.c_str(), &hints, &found); error != 0) {
    return Error{endpoint + ": " + ::gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  std::string trouble;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    trouble = connect_trouble(*one, static_cast<int>(within.us / 1000));
    if (trouble.empty()) return Done{};
  }
  return Error{endpoint + ": " + trouble};
}

}  // namespace argosy::client
