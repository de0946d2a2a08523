// Messages as text that people read as diffs: for stories, the simulator's transcripts and the examples.
// Pure. The same value gives the same text, always. Not meant to be read back.
#pragma once

#include <string>

#include "schemas/words.h"

namespace argosy {

// "Granted{session 7, renewal 3, lease 60s, grace 10s}". Fields that have their default are left out. Strings are quoted,
// bytes are told by their length; both are cut at 60 bytes.
std::string to_text(const Word& word);

// "worker/w1/4 → master v1 Granted b1@3 conn 4 shard 0 term 2"
std::string to_text(const Envelope& envelope);

// Envelope and word on one line.
std::string to_text(const Message& message);

// Every field on a line of its own, with its whole value, defaults too: for the examples.
std::string to_lines(const Message& message);

std::string to_text(const ItemRef& item);        // "17.0.5": execution, task, item
std::string to_text(const AttemptRef& attempt);  // "17.0.5#2"

}  // namespace argosy
