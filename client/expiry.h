// Certificates that end soon. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace argosy::client {

// One sentence for each certificate in the file that expires within 30 days, or has expired.
Result<std::vector<std::string>> expiring_soon(const std::filesystem::path& file);

}  // namespace argosy::client
