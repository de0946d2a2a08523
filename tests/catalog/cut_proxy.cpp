#include "tests/catalog/cut_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "base/check.h"

namespace argosy::catalog {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

struct Pair {
  int client = -1;
  int server = -1;
};

// False: the connection is over.
bool pass(int from, int to) {
  char bytes[16384];
  const ssize_t n = recv(from, bytes, sizeof bytes, 0);
  return n > 0 && send(to, bytes, static_cast<std::size_t>(n), MSG_NOSIGNAL) == n;
}

}  // namespace

CutProxy::CutProxy(std::uint16_t to) : to_(to), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(listener_, 8) == 0);
  CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0 && pipe(wake_) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

CutProxy::~CutProxy() {
  close();
}

void CutProxy::close() {
  if (!thread_.joinable()) return;
  CHECK(write(wake_[1], "x", 1) == 1);
  thread_.join();
  for (const int fd : wake_) ::close(fd);
}

void CutProxy::serve() {
  std::vector<Pair> pairs;
  for (;;) {
    std::vector<pollfd> waits = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Pair& pair : pairs) {
      waits.push_back({pair.client, POLLIN, 0});
      waits.push_back({pair.server, POLLIN, 0});
    }
    poll(waits.data(), waits.size(), -1);
    if (waits[0].revents) break;
    std::vector<Pair> kept;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      bool alive = !waits[2 + 2 * i].revents || pass(pairs[i].client, pairs[i].server);
      if (alive && waits[3 + 2 * i].revents)
        alive = !cut_.exchange(false) && pass(pairs[i].server, pairs[i].client);
      if (alive)
        kept.push_back(pairs[i]);
      else
        ::close(pairs[i].client), ::close(pairs[i].server);
    }
    pairs = kept;
    if (!waits[1].revents) continue;
    Pair fresh{accept(listener_, nullptr, nullptr), socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const sockaddr_in address = loopback(to_);
    CHECK(connect(fresh.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    pairs.push_back(fresh);
  }
  for (const Pair& pair : pairs) ::close(pair.client), ::close(pair.server);
  ::close(listener_);
}

}  // namespace argosy::catalog
