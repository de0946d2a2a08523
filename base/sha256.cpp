#include "base/sha256.h"

#include <sodium.h>

namespace argosy {
namespace {

using State = crypto_hash_sha256_state;
static_assert(sizeof(State) <= 128);
static_assert(crypto_hash_sha256_BYTES == 32);

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string_view as_view(const Sha256::Value& value) {
  return {reinterpret_cast<const char*>(value.data()), value.size()};
}

}  // namespace

Sha256::Sha256() {
  crypto_hash_sha256_init(reinterpret_cast<State*>(state_.data()));
}

void Sha256::add(std::string_view bytes) {
  crypto_hash_sha256_update(reinterpret_cast<State*>(state_.data()), octets(bytes), bytes.size());
}

Sha256::Value Sha256::finish() {
  Value value;
  crypto_hash_sha256_final(reinterpret_cast<State*>(state_.data()), value.data());
  crypto_hash_sha256_init(reinterpret_cast<State*>(state_.data()));
  return value;
}

std::string Sha256::finish_hex() {
  return to_hex(as_view(finish()));
}

Sha256::Value Sha256::of(std::string_view bytes) {
  Value value;
  crypto_hash_sha256(value.data(), octets(bytes), bytes.size());
  return value;
}

std::string Sha256::hex_of(std::string_view bytes) {
  return to_hex(as_view(of(bytes)));
}

std::string to_hex(std::string_view bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), octets(bytes), bytes.size());
  text.pop_back();
  return text;
}

}  // namespace argosy
