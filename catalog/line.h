// The connection of a catalog as another thread may see it: where it goes, and the way to cut it. libpq waits for an answer
// without end; a guard (guard.h) that has learned that none will come cuts the line, and the verb fails as unknown.
//
// Owner: whoever opened the Catalog shares it (Options::line). Thread rule: any thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace argosy::catalog {

class Line {
 public:
  struct Place {
    std::string host;          // as HostWord::host
    std::int64_t backend = 0;  // its process there
  };

  // Said by the thread that opens and closes the connection; closed() before its socket's number can be another's.
  void opened(int socket, Place place) {
    const std::lock_guard lock(mutex_);
    socket_ = socket;
    place_ = std::move(place);
  }
  void closed() {
    const std::lock_guard lock(mutex_);
    socket_ = -1;
    place_.reset();
  }

  // Nothing: no connection stands.
  std::optional<Place> place() const {
    const std::lock_guard lock(mutex_);
    return place_;
  }
  void cut() {
    const std::lock_guard lock(mutex_);
    if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
  }

 private:
  mutable std::mutex mutex_;
  int socket_ = -1;
  std::optional<Place> place_;
};

}  // namespace argosy::catalog
