// One example message for each word, with every field set: the files beside this one, and what stories start from.
// The files are what version N-1 said; they are added to, never changed (a test compares them byte for byte).
#pragma once

#include <string>
#include <vector>

#include "schemas/words.h"

namespace argosy {

std::vector<Message> example_messages();

// "30-Run": the file's name without its ending.
std::string example_name(const Message& message);

// Two lines, envelope and body, each frame as hexadecimal digits.
std::string example_hex(const Message& message);

struct Frames {
  std::string envelope;
  std::string body;
};
Frames frames_of_hex(const std::string& text);

}  // namespace argosy
