// The process's one libzmq context. Made first, destroyed after all sockets and the gate.
#pragma once

#include <memory>

namespace argosy::fabric {

class Context {
 public:
  explicit Context(int io_threads = 1);
  ~Context();  // required: every socket and gate made with it is gone
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void* raw() const { return raw_; }  // for files of fabric/ only

 private:
  void* raw_;
};

}  // namespace argosy::fabric
