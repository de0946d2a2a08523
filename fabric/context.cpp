#include "fabric/context.h"

#include <zmq.h>

#include <cerrno>

#include "base/check.h"

namespace argosy::fabric {

Context::Context(int io_threads) : raw_(zmq_ctx_new()) {
  CHECK(raw_ != nullptr);
  CHECK(zmq_ctx_set(raw_, ZMQ_IO_THREADS, io_threads) == 0);
}

Context::~Context() {
  while (zmq_ctx_term(raw_) != 0 && errno == EINTR) {
  }
}

}  // namespace argosy::fabric
