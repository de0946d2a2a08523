// A TCP proxy to a port of 127.0.0.1 that a test can cut: at once, or when the next answer of the server
// comes. Owner: one test. Thread rule: its calls from one thread; it has a thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace argosy::catalog {

class CutProxy {
 public:
  explicit CutProxy(std::uint16_t to);
  ~CutProxy();
  CutProxy(const CutProxy&) = delete;
  CutProxy& operator=(const CutProxy&) = delete;

  std::uint16_t port() const { return port_; }
  // The server's next bytes are swallowed and its connection is closed: whoever waits for them learns
  // nothing.
  void cut_before_answer() { cut_ = true; }
  // Cuts all connections and listens no longer.
  void close();

 private:
  void serve();

  std::uint16_t to_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::atomic<bool> cut_ = false;
  std::thread thread_;
};

}  // namespace argosy::catalog
