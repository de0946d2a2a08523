// The version of this build, as CMakeLists.txt has it: "0.1.0".
#pragma once

#include <string_view>

namespace argosy {

std::string_view version();

}  // namespace argosy
