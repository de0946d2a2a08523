// One frame of a message: an owner of bytes that moves between sockets without being copied.
//
// A received frame can be sent on as it is; share() gives a second owner of the same bytes. Thread rule: one
// thread at a time; moving a frame to another thread is fine.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace argosy::fabric {

class Frame {
 public:
  Frame();
  explicit Frame(std::string&& bytes);  // takes large buffers over, copies small ones
  static Frame copy_of(std::string_view bytes);
  Frame(Frame&& other) noexcept;
  Frame& operator=(Frame&& other) noexcept;
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame();

  std::string_view view() const;
  std::size_t size() const { return view().size(); }
  bool empty() const { return size() == 0; }
  Frame share() const;

  void* raw() { return storage_; }  // for files of fabric/ only

 private:
  alignas(void*) unsigned char storage_[64];  // a zmq_msg_t; its size is asserted in frame.cpp
};

using Frames = std::vector<Frame>;

}  // namespace argosy::fabric
