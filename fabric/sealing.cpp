#include "fabric/sealing.h"

#include "fabric/digest.h"
#include "fabric/sodium_ready.h"

namespace argosy::fabric {
namespace {

unsigned char* octets(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::string seal(const PublicKey& to, std::string_view content) {
  sodium_ready();
  std::string sealed(content.size() + crypto_box_SEALBYTES, '\0');
  CHECK(crypto_box_seal(octets(sealed), octets(content), content.size(), to.bytes().data()) == 0);
  return sealed;
}

Result<std::string> open_sealed(const KeyPair& owner, std::string_view sealed) {
  sodium_ready();
  if (sealed.size() < crypto_box_SEALBYTES) return Error{"a sealed value is cut short"};
  std::string content(sealed.size() - crypto_box_SEALBYTES, '\0');
  const int opened = crypto_box_seal_open(octets(content), octets(sealed), sealed.size(),
                                          owner.public_key.bytes().data(), owner.secret_key.bytes().data());
  if (opened != 0) {
    return Error{"a sealed value does not open with the key " + owner.public_key.fingerprint() +
                 ": it was sealed to another key or changed on the way"};
  }
  return content;
}

std::string keyed_digest(const SecretKey& key, std::string_view content) {
  sodium_ready();
  std::string digest(crypto_generichash_BYTES, '\0');
  CHECK(crypto_generichash(octets(digest), digest.size(), octets(content), content.size(), key.bytes().data(),
                           SecretKey::kSize) == 0);
  return digest;
}

void wipe(std::string& secret) {
  secret.resize(secret.capacity());  // a text that shrank, or a short one that was moved away, still stands behind its end
  sodium_memzero(secret.data(), secret.size());
  secret.clear();
}

SessionId random_session_id() {
  std::uint64_t drawn = 0;
  while (drawn == 0) drawn = random_seed() >> 1;
  return SessionId{drawn};
}

std::string random_key_text() {
  sodium_ready();
  std::string bytes(16, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return to_hex(bytes);
}

std::uint64_t random_seed() {
  sodium_ready();
  std::uint64_t drawn;
  randombytes_buf(&drawn, sizeof drawn);
  return drawn;
}

}  // namespace argosy::fabric
