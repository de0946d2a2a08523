#include "schemas/codec.h"

#include <type_traits>

#include "schemas/codec_impl.h"
#include "schemas/names.h"

namespace argosy {
namespace {

// Tries the words one after another; the compiler makes it a jump.
template <std::size_t I = 0>
Decoded<Word> decode_as(std::uint16_t word, std::string_view frame) {
  if constexpr (I == std::variant_size_v<Word>) {
    return DecodeError{Refusal::unknown_word, "no word has number " + std::to_string(word)};
  } else {
    using W = std::variant_alternative_t<I, Word>;
    if (word != W::word) return decode_as<I + 1>(word, frame);
    wire::Reader reader(frame, reflect::type_name<W>(), limits::kMessageBytes);
    Word value(std::in_place_index<I>);
    reader.read_struct(std::get<I>(value));
    reader.finish();
    if (reader.failed()) return reader.take_error();
    return value;
  }
}

}  // namespace

std::string encode_envelope(const Envelope& envelope) { return encode(envelope); }

std::string encode_body(const Word& word) {
  return std::visit([](const auto& held) { return encode(held); }, word);
}

Decoded<Envelope> decode_envelope(std::string_view frame) {
  return wire::decode_within<Envelope>(frame, limits::kEnvelopeBytes);
}

Decoded<Word> decode_body(std::uint16_t word, std::string_view frame) { return decode_as(word, frame); }

ARGOSY_CODEC(Envelope)
ARGOSY_CODEC(Hello)
ARGOSY_CODEC(Welcome)
ARGOSY_CODEC(Bye)
ARGOSY_CODEC(Ping)
ARGOSY_CODEC(Pong)
ARGOSY_CODEC(Refused)
ARGOSY_CODEC(Holders)
ARGOSY_CODEC(Holding)
ARGOSY_CODEC(Roster)
ARGOSY_CODEC(Presence)
ARGOSY_CODEC(BrokerReport)
ARGOSY_CODEC(Beat)
ARGOSY_CODEC(Switchover)
ARGOSY_CODEC(Endpoint)
ARGOSY_CODEC(Publish)
ARGOSY_CODEC(Withdraw)
ARGOSY_CODEC(Credit)
ARGOSY_CODEC(Claim)
ARGOSY_CODEC(Declined)
ARGOSY_CODEC(Run)
ARGOSY_CODEC(Started)
ARGOSY_CODEC(Log)
ARGOSY_CODEC(LogChunk)
ARGOSY_CODEC(Finished)
ARGOSY_CODEC(AttemptEnd)
ARGOSY_CODEC(Recorded)
ARGOSY_CODEC(LogCredit)
ARGOSY_CODEC(Return)
ARGOSY_CODEC(Stop)
ARGOSY_CODEC(Drop)
ARGOSY_CODEC(Renew)
ARGOSY_CODEC(Granted)
ARGOSY_CODEC(Inventory)
ARGOSY_CODEC(Reconciled)
ARGOSY_CODEC(Fetch)
ARGOSY_CODEC(Chunk)
ARGOSY_CODEC(Submit)
ARGOSY_CODEC(Accepted)
ARGOSY_CODEC(Watch)
ARGOSY_CODEC(Changed)
ARGOSY_CODEC(Ask)
ARGOSY_CODEC(Answer)
ARGOSY_CODEC(Put)
ARGOSY_CODEC(Stored)
ARGOSY_CODEC(Deploy)
ARGOSY_CODEC(Package)
ARGOSY_CODEC(Project)
ARGOSY_CODEC(Task)
ARGOSY_CODEC(TaskSpec)
ARGOSY_CODEC(RunItem)
ARGOSY_CODEC(ForEach)
ARGOSY_CODEC(MaxFailures)

}  // namespace argosy
