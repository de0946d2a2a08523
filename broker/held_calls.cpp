#include "broker/held_calls.h"

#include <dlfcn.h>
#include <netdb.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace argosy::broker {

void HeldCall::pass() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !held_; });
}

HeldCall::Hold::Hold(HeldCall& call) : call_(call) {
  const std::lock_guard lock(call_.mutex_);
  call_.held_ = true;
}

void HeldCall::Hold::release() {
  {
    const std::lock_guard lock(call_.mutex_);
    call_.held_ = false;
  }
  call_.changed_.notify_all();
}

HeldCall& disk() {
  static HeldCall call;
  return call;
}

HeldCall& name_server() {
  static HeldCall call;
  return call;
}

}  // namespace argosy::broker

// In place of the library's.
extern "C" int fsync(int fd) {
  argosy::broker::disk().pass();
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

extern "C" int getaddrinfo(const char* host, const char* port, const addrinfo* hints, addrinfo** found) {
  if (hints == nullptr || (hints->ai_flags & AI_NUMERICHOST) == 0) argosy::broker::name_server().pass();
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(host, port, hints, found);
}
