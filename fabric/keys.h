// Curve25519 key pairs: who a party is. The same key serves CURVE (sockets), X.509 (certificates) and
// sealing.
//
// Thread rule: values; share nothing mutable. A SecretKey wipes its bytes when it goes and is never printed.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace argosy::fabric {

// A public key; orders and compares by its bytes.
class PublicKey {
 public:
  static constexpr std::size_t kSize = 32;
  using Bytes = std::array<std::uint8_t, kSize>;

  PublicKey() = default;  // all zero: nobody's key
  explicit PublicKey(const Bytes& bytes) : bytes_(bytes) {}

  // Failure: the text or the bytes are not a key; the message says what was expected.
  static Result<PublicKey> from_bytes(std::string_view bytes);  // exactly 32
  static Result<PublicKey> from_hex(std::string_view text);     // exactly 64 digits, either case
  static Result<PublicKey> from_z85(std::string_view text);     // exactly 40 characters
  static Result<PublicKey> from_text(std::string_view text);    // hex or Z85, told apart by length

  const Bytes& bytes() const { return bytes_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), kSize}; }
  std::string hex() const;
  std::string z85() const;
  std::string fingerprint() const;  // for people: "5f3a:91c0:…", first 64 bits of the key's SHA-256

  auto operator<=>(const PublicKey&) const = default;

 private:
  Bytes bytes_{};
};

class SecretKey {
 public:
  static constexpr std::size_t kSize = 32;
  using Bytes = std::array<std::uint8_t, kSize>;

  SecretKey() = default;
  explicit SecretKey(const Bytes& bytes) : bytes_(bytes) {}
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();

  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_{};
};

struct KeyPair {
  PublicKey public_key;
  SecretKey secret_key;

  static KeyPair generate();
  static KeyPair from_secret(const SecretKey& secret);
};

// PKCS#8 PEM of an X25519 private key, as `openssl pkey` reads it.
std::string to_pem(const KeyPair& keys);
// `where` names the source in errors.
Result<KeyPair> key_pair_from_pem(std::string_view pem, std::string_view where);

// Writes the file anew with mode 0600; an existing file is an error, a key is never overwritten.
Status save_key_pair(const std::filesystem::path& file, const KeyPair& keys);
// Failure: not there, not an X25519 key, or readable by group or others (the error names file and mode).
Result<KeyPair> load_key_pair(const std::filesystem::path& file);

}  // namespace argosy::fabric
