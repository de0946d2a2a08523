// Words by name and number: for logs, counters and transcripts.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "schemas/words.h"

namespace argosy {

// "Run" for 30; "unknown" for a number that no word has.
std::string_view word_name(std::uint16_t word);

// 30 for "Run"; 0 for a name that no word has.
std::uint16_t word_number(std::string_view name);

// The number of the word that is held.
std::uint16_t word_of(const Word& word);

// All numbers, ascending.
std::span<const std::uint16_t> all_words();

std::string_view to_string(Role role);
std::string_view to_string(Refusal refusal);
std::string_view to_string(PresenceChange change);
std::string_view to_string(BrokerDuty duty);

}  // namespace argosy
