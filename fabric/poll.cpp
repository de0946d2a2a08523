#include "fabric/poll.h"

#include <poll.h>
#include <zmq.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "fabric/clock.h"

namespace argosy::fabric {
namespace {

int descriptor_of(void* socket) {
  int fd = -1;
  std::size_t size = sizeof fd;
  CHECK(zmq_getsockopt(socket, ZMQ_FD, &fd, &size) == 0);
  return fd;
}

int events_of(void* socket) {
  int events = 0;
  std::size_t size = sizeof events;
  while (zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) != 0 && errno == EINTR) {
  }
  return events;
}

short poll_events(Interest interest) {
  switch (interest) {
    case Interest::read:
      return POLLIN;
    case Interest::write:
      return POLLOUT;
    case Interest::read_write:
      return POLLIN | POLLOUT;
  }
  return 0;
}

}  // namespace

struct PollSet::State {
  struct Member {
    Pollable* pollable = nullptr;  // or
    int fd = -1;
    Interest interest = Interest::read;
  };

  std::map<Token, Member> members;
  Token last = 0;
  std::vector<void*> sockets;  // scratch, kept for its memory
  std::vector<pollfd> fds;
  std::vector<Token> fd_tokens;

  void look_at_sockets(std::vector<Readiness>& ready);
  void collect_descriptors(bool with_sockets);
  bool sleep(std::optional<Time> until);
  void look_at_descriptors(std::vector<Readiness>& ready) const;
  std::optional<Time> earliest(std::optional<Time> deadline) const;
};

// Asking for its events also takes the signal off a socket's descriptor, so that the sleep after this wakes
// on the next.
void PollSet::State::look_at_sockets(std::vector<Readiness>& ready) {
  std::optional<Time> now;
  for (const auto& [token, member] : members) {
    if (member.pollable == nullptr) continue;
    sockets.clear();
    member.pollable->raw_sockets(sockets);
    Readiness readiness{token};
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      const int events = events_of(sockets[i]);
      readiness.readable |= (events & ZMQ_POLLIN) != 0;
      readiness.writable |= i == 0 && (events & ZMQ_POLLOUT) != 0 && member.interest != Interest::read;
    }
    if (const auto due = member.pollable->deadline()) {
      if (!now) now = read_steady();
      readiness.readable |= *due <= *now;
    }
    if (readiness.readable || readiness.writable) ready.push_back(readiness);
  }
}

void PollSet::State::collect_descriptors(bool with_sockets) {
  fds.clear();
  fd_tokens.clear();
  for (const auto& [token, member] : members) {
    if (member.pollable == nullptr) {
      fds.push_back({member.fd, poll_events(member.interest), 0});
      fd_tokens.push_back(token);
    }
  }
  if (!with_sockets) return;
  for (const auto& [token, member] : members) {
    if (member.pollable == nullptr) continue;
    sockets.clear();
    member.pollable->raw_sockets(sockets);
    for (void* socket : sockets) fds.push_back({descriptor_of(socket), POLLIN, 0});
  }
}

// False: a signal handler ran.
bool PollSet::State::sleep(std::optional<Time> until) {
  timespec timeout{};
  if (until) {
    const std::int64_t us = std::max<std::int64_t>(0, (*until - read_steady()).us);
    timeout.tv_sec = us / 1000000;
    timeout.tv_nsec = us % 1000000 * 1000;
  }
  const int count = ::ppoll(fds.data(), fds.size(), until ? &timeout : nullptr, nullptr);
  CHECK(count >= 0 || errno == EINTR);
  return count >= 0;
}

void PollSet::State::look_at_descriptors(std::vector<Readiness>& ready) const {
  for (std::size_t i = 0; i < fd_tokens.size(); ++i) {
    if (fds[i].revents == 0) continue;
    CHECK((fds[i].revents & POLLNVAL) == 0);  // closed without remove()
    ready.push_back({fd_tokens[i], (fds[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0,
                     (fds[i].revents & POLLOUT) != 0});
  }
}

std::optional<Time> PollSet::State::earliest(std::optional<Time> deadline) const {
  for (const auto& [token, member] : members) {
    if (member.pollable == nullptr) continue;
    const auto due = member.pollable->deadline();
    if (due && (!deadline || *due < *deadline)) deadline = due;
  }
  return deadline;
}

PollSet::PollSet() : state_(std::make_unique<State>()) {}

PollSet::~PollSet() = default;

Token PollSet::add(Pollable& pollable) {
  state_->members[++state_->last].pollable = &pollable;
  return state_->last;
}

Token PollSet::add(int fd, Interest interest) {
  CHECK(fd >= 0);
  State::Member& member = state_->members[++state_->last];
  member.fd = fd;
  member.interest = interest;
  return state_->last;
}

void PollSet::change(Token token, Interest interest) {
  const auto member = state_->members.find(token);
  CHECK(member != state_->members.end());
  member->second.interest = interest;
}

void PollSet::remove(Token token) {
  CHECK(state_->members.erase(token) == 1);
}

void PollSet::wait(std::optional<Time> deadline, std::vector<Readiness>& ready) {
  while (true) {
    ready.clear();
    state_->look_at_sockets(ready);
    const bool may_sleep = ready.empty();
    state_->collect_descriptors(may_sleep);
    if (!may_sleep && state_->fds.empty()) return;
    const bool slept_well = state_->sleep(may_sleep ? state_->earliest(deadline) : Time{0});
    if (slept_well) state_->look_at_descriptors(ready);
    if (!ready.empty() || !slept_well) return;
    if (deadline && read_steady() >= *deadline) {
      state_->look_at_sockets(ready);
      return;
    }
  }
}

}  // namespace argosy::fabric
