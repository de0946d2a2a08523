#include "fabric/frame.h"

#include <zmq.h>
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

#include <cstring>

#include "base/check.h"

namespace argosy::fabric {
namespace {

// Below this a copy costs less than keeping the string's own buffer alive.
constexpr std::size_t kTakeOver = 2048;

// libzmq's threads hand bytes over by means that the thread sanitizer cannot follow. Told of it, it need not find, and
// suppress, a race for each word of a buffer that an I/O thread frees, which takes it seconds for a queue of large messages.
#ifdef __SANITIZE_THREAD__
void tell_handed_over(void* bytes) { __tsan_release(bytes); }
void tell_taken_over(void* bytes) { __tsan_acquire(bytes); }
#else
void tell_handed_over(void*) {}
void tell_taken_over(void*) {}
#endif

zmq_msg_t* message(unsigned char* storage) {
  return reinterpret_cast<zmq_msg_t*>(storage);
}

}  // namespace

Frame::Frame() {
  static_assert(sizeof(storage_) == sizeof(zmq_msg_t) && alignof(void*) >= alignof(zmq_msg_t));
  zmq_msg_init(message(storage_));
}

Frame::Frame(std::string&& bytes) {
  if (bytes.size() < kTakeOver) {
    CHECK(zmq_msg_init_size(message(storage_), bytes.size()) == 0);
    std::memcpy(zmq_msg_data(message(storage_)), bytes.data(), bytes.size());
    return;
  }
  auto* owned = new std::string(std::move(bytes));
  const auto release = [](void*, void* string) {
    tell_taken_over(string);
    delete static_cast<std::string*>(string);
  };
  tell_handed_over(owned);
  CHECK(zmq_msg_init_data(message(storage_), owned->data(), owned->size(), release, owned) == 0);
}

Frame Frame::copy_of(std::string_view bytes) {
  Frame frame;
  CHECK(zmq_msg_init_size(message(frame.storage_), bytes.size()) == 0);
  if (!bytes.empty()) std::memcpy(zmq_msg_data(message(frame.storage_)), bytes.data(), bytes.size());
  return frame;
}

Frame::Frame(Frame&& other) noexcept {
  zmq_msg_init(message(storage_));
  zmq_msg_move(message(storage_), message(other.storage_));
}

Frame& Frame::operator=(Frame&& other) noexcept {
  if (this != &other) zmq_msg_move(message(storage_), message(other.storage_));
  return *this;
}

Frame::~Frame() {
  zmq_msg_close(message(storage_));
}

std::string_view Frame::view() const {
  auto* self = message(const_cast<unsigned char*>(storage_));
  return {static_cast<const char*>(zmq_msg_data(self)), zmq_msg_size(self)};
}

Frame Frame::share() const {
  Frame other;
  CHECK(zmq_msg_copy(message(other.storage_), message(const_cast<unsigned char*>(storage_))) == 0);
  return other;
}

}  // namespace argosy::fabric
