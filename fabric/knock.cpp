#include "fabric/knock.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "fabric/lookup.h"

namespace argosy::fabric {

struct Knock::Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

namespace {

Knock::Answer answer_of(int error) {
  if (error == 0) return Knock::Answer::listening;
  return error == ECONNREFUSED ? Knock::Answer::refused : Knock::Answer::silence;
}

}  // namespace

Knock::Knock(std::unique_ptr<Address> address) : address_(std::move(address)) {}

Knock::Knock(Knock&& other) noexcept
    : address_(std::move(other.address_)),
      fd_(std::exchange(other.fd_, -1)),
      at_once_(other.at_once_),
      until_(other.until_) {}

Knock::~Knock() {
  hang_up();
}

Result<Knock> Knock::at(const std::string& endpoint) {
  const auto parts = split_endpoint(endpoint);
  if (!parts) return parts.error();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_family = parts->six ? AF_INET6 : AF_INET;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(parts->host.c_str(), parts->port.c_str(), &hints, &found);
  if (failed != 0) return Error{endpoint + ": " + ::gai_strerror(failed)};
  auto address = std::make_unique<Address>();
  std::memcpy(&address->bytes, found->ai_addr, found->ai_addrlen);
  address->size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return Knock(std::move(address));
}

void Knock::hang_up() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void Knock::start(Time now, Duration patience) {
  hang_up();
  at_once_.reset();
  until_ = now + patience;
  fd_ = ::socket(address_->bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) {
    at_once_ = Answer::silence;
    return;
  }
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address_->bytes), address_->size) == 0) {
    at_once_ = Answer::listening;
  } else if (errno != EINPROGRESS) {
    at_once_ = answer_of(errno);
  }
  if (at_once_) hang_up();
}

std::optional<Knock::Answer> Knock::take_answer(Time now) {
  if (at_once_) return std::exchange(at_once_, std::nullopt);
  if (fd_ < 0) return std::nullopt;
  pollfd line{fd_, POLLOUT, 0};
  if (::poll(&line, 1, 0) > 0) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    hang_up();
    return answer_of(error);
  }
  if (now < until_) return std::nullopt;
  hang_up();
  return Answer::silence;
}

}  // namespace argosy::fabric
