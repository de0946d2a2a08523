// For as long as it lives, this thread's C library takes text for UTF-8: libarchive gives up on other file names than ASCII ones
// in the locale that programs begin with. Thread rule: used and destroyed on one thread.
#pragma once

#include <clocale>

#include "base/check.h"

namespace argosy {

class Utf8Locale {
 public:
  Utf8Locale() : mine_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    CHECK(mine_ != nullptr);  // glibc carries it
    before_ = ::uselocale(mine_);
  }
  ~Utf8Locale() {
    ::uselocale(before_);
    ::freelocale(mine_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  ::locale_t mine_, before_;
};

}  // namespace argosy
