#include "fabric/line_watch.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace argosy::fabric {
namespace {

constexpr Duration kLook = milliseconds(100);
constexpr Duration kLookKeenly = milliseconds(50);

// "tcp://ADDRESS:PORT" of the other end; empty: not known.
std::string other_end(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
    return "tcp://" + std::string(text.data()) + ":" + std::to_string(ntohs(four.sin_port));
  }
  if (address.ss_family != AF_INET6) return "";
  const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
  ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
  return "tcp://[" + std::string(text.data()) + "]:" + std::to_string(ntohs(six.sin6_port));
}

}  // namespace

std::optional<LineState> read_line(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked) return std::nullopt;
  return LineState{info.tcpi_unacked > 0, info.tcpi_bytes_acked,
                   microseconds(std::int64_t{info.tcpi_rtt} + 4 * std::int64_t{info.tcpi_rttvar})};
}

bool Unanswered::look(Time now, const LineState& line) {
  if (!line.unacknowledged) since_.reset();
  if (line.unacknowledged && (!since_ || line.bytes_acked != acked_)) since_ = now;
  acked_ = line.bytes_acked;
  return since_ && now - *since_ > std::max(kPatience, line.round_trip);
}

void LineWatch::begin(int fd, Time now) {
  end();
  auto knock = Knock::at(other_end(fd));
  if (!knock) return;
  fd_ = fd;
  knock_.emplace(std::move(*knock));
  next_ = now + kLook;
}

void LineWatch::end() {
  fd_ = -1;
  knock_.reset();
  unanswered_ = {};
  knocked_ = false;
}

bool LineWatch::moved(Time now) {
  if (fd_ < 0 || now < next_) return false;
  const auto line = read_line(fd_);
  const bool silent = line && unanswered_.look(now, *line);
  next_ = now + (unanswered_.waits() ? kLookKeenly : kLook);
  const bool somebody = silent && knocked_ && knock_->take_answer(now) == Knock::Answer::listening;
  if (silent && !(knocked_ && knock_->under_way())) knock_->start(now, kLookKeenly + line->round_trip);
  knocked_ = silent;
  return somebody;
}

std::optional<Time> LineWatch::deadline() const {
  if (fd_ < 0) return std::nullopt;
  return next_;
}

}  // namespace argosy::fabric
