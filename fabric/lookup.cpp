#include "fabric/lookup.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <mutex>
#include <thread>
#include <utility>

#include "fabric/wakeup.h"

namespace argosy::fabric {

struct Lookup::State {
  Wakeup wakeup;
  std::mutex mutex;
  std::optional<Result<std::string>> answer;
};

namespace {

addrinfo hints_for(const HostAndPort& parts, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = parts.six ? AF_INET6 : AF_INET;
  hints.ai_flags = flags;
  return hints;
}

Result<std::string> find(const HostAndPort& parts) {
  const addrinfo hints = hints_for(parts, 0);
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(parts.host.c_str(), nullptr, &hints, &found); failed != 0) {
    return Error{parts.host + ": " + ::gai_strerror(failed)};
  }
  std::array<char, NI_MAXHOST> text{};
  const int failed = ::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  ::freeaddrinfo(found);
  if (failed != 0) return Error{parts.host + ": " + ::gai_strerror(failed)};
  const std::string address = text.data();
  return "tcp://" + (parts.six ? "[" + address + "]" : address) + ":" + parts.port;
}

}  // namespace

Result<HostAndPort> split_endpoint(const std::string& endpoint) {
  const auto colon = endpoint.rfind(':');
  if (!endpoint.starts_with("tcp://") || colon < 7 || colon + 1 == endpoint.size()) {
    return Error{"'" + endpoint + "' is not an endpoint; write tcp://HOST:PORT"};
  }
  HostAndPort parts{endpoint.substr(6, colon - 6), endpoint.substr(colon + 1), false};
  parts.six = parts.host.front() == '[' && parts.host.back() == ']';
  if (parts.six) parts.host = parts.host.substr(1, parts.host.size() - 2);
  return parts;
}

bool is_numeric(const HostAndPort& parts) {
  const addrinfo hints = hints_for(parts, AI_NUMERICHOST);
  addrinfo* found = nullptr;
  if (::getaddrinfo(parts.host.c_str(), nullptr, &hints, &found) != 0) return false;
  ::freeaddrinfo(found);
  return true;
}

// Detached: nothing ends a getaddrinfo() that waits, and who stops must not wait for it.
Lookup::Lookup(const HostAndPort& parts) : state_(std::make_shared<State>()) {
  std::thread([state = state_, parts] {
    Result<std::string> answer = find(parts);
    {
      const std::lock_guard lock(state->mutex);
      state->answer.emplace(std::move(answer));
    }
    state->wakeup.notify();
  }).detach();
}

Lookup::~Lookup() = default;

int Lookup::fd() const {
  return state_->wakeup.fd();
}

std::optional<Result<std::string>> Lookup::take() {
  const std::lock_guard lock(state_->mutex);
  if (state_->answer) state_->wakeup.clear();
  return std::exchange(state_->answer, std::nullopt);
}

}  // namespace argosy::fabric
