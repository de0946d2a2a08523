// CHECK(condition): our own assumptions, in release builds too. A false one prints file, line and condition, and aborts.
#pragma once

namespace argosy {

[[noreturn]] void check_failed(const char* file, int line, const char* condition);

}  // namespace argosy

#define CHECK(condition) \
  (static_cast<bool>(condition) ? void(0) : ::argosy::check_failed(__FILE__, __LINE__, #condition))
