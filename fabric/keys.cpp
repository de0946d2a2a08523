#include "fabric/keys.h"

#include <zmq.h>

#include <algorithm>

#include "fabric/digest.h"
#include "fabric/openssl_handles.h"
#include "fabric/private_file.h"
#include "fabric/sealing.h"
#include "fabric/sodium_ready.h"

namespace argosy::fabric {
namespace {

constexpr std::size_t kHexSize = 64;
constexpr std::size_t kZ85Size = 40;

// libzmq's decoder looks each character up in a table without a check of its own.
bool is_z85(char c) {
  constexpr std::string_view kAlphabet =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  return kAlphabet.find(c) != std::string_view::npos;
}

// Without the text: it may be a private key that was taken for the public one.
Error no_key(const std::string& expected, std::string_view text) {
  return Error{"a public key is " + expected + "; this is something else, " + std::to_string(text.size()) + " bytes long"};
}

}  // namespace

std::string private_key_pem(EVP_PKEY* key) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(bio.get());
}

PkeyHandle private_key_from_pem(std::string_view pem) {
  // A callback that offers no passphrase: an encrypted key is an error, never a question on the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  return PkeyHandle(PEM_read_bio_PrivateKey(bio_over(pem).get(), nullptr, no_passphrase, nullptr));
}

Result<PublicKey> PublicKey::from_bytes(std::string_view bytes) {
  if (bytes.size() != kSize) {
    return Error{"a public key has 32 bytes, not " + std::to_string(bytes.size())};
  }
  Bytes copy;
  std::copy(bytes.begin(), bytes.end(), copy.begin());
  return PublicKey(copy);
}

Result<PublicKey> PublicKey::from_hex(std::string_view text) {
  Bytes bytes;
  std::size_t size = 0;
  const bool decoded = text.size() == kHexSize && sodium_hex2bin(bytes.data(), bytes.size(), text.data(),
                                                                 text.size(), nullptr, &size, nullptr) == 0;
  if (!decoded || size != kSize) return no_key("64 hex digits", text);
  return PublicKey(bytes);
}

Result<PublicKey> PublicKey::from_z85(std::string_view text) {
  Bytes bytes;
  const std::string copy(text);
  if (text.size() != kZ85Size || !std::all_of(text.begin(), text.end(), is_z85) ||
      zmq_z85_decode(bytes.data(), copy.c_str()) == nullptr) {
    return no_key("40 Z85 characters", text);
  }
  return PublicKey(bytes);
}

Result<PublicKey> PublicKey::from_text(std::string_view text) {
  if (text.size() == kHexSize) return from_hex(text);
  if (text.size() == kZ85Size) return from_z85(text);
  return no_key("64 hex digits or 40 Z85 characters", text);
}

std::string PublicKey::hex() const {
  return to_hex(view());
}

std::string PublicKey::z85() const {
  char text[kZ85Size + 1];
  zmq_z85_encode(text, bytes_.data(), bytes_.size());
  return text;
}

std::string PublicKey::fingerprint() const {
  const std::string digest = Sha256::hex_of(view());
  return digest.substr(0, 4) + ":" + digest.substr(4, 4) + ":" + digest.substr(8, 4) + ":" +
         digest.substr(12, 4);
}

SecretKey::~SecretKey() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

KeyPair KeyPair::generate() {
  sodium_ready();
  SecretKey::Bytes drawn;
  randombytes_buf(drawn.data(), drawn.size());
  const SecretKey secret(drawn);
  sodium_memzero(drawn.data(), drawn.size());
  return from_secret(secret);
}

KeyPair KeyPair::from_secret(const SecretKey& secret) {
  sodium_ready();
  PublicKey::Bytes bytes;
  CHECK(crypto_scalarmult_base(bytes.data(), secret.bytes().data()) == 0);
  return KeyPair{PublicKey(bytes), secret};
}

std::string to_pem(const KeyPair& keys) {
  const PkeyHandle key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, keys.secret_key.bytes().data(),
                                                    SecretKey::kSize));
  CHECK(key != nullptr);
  return private_key_pem(key.get());
}

Result<KeyPair> key_pair_from_pem(std::string_view pem, std::string_view where) {
  const PkeyHandle key = private_key_from_pem(pem);
  if (key == nullptr)
    return Error{std::string(where) + ": holds no readable private key: " + openssl_error()};
  SecretKey::Bytes bytes;
  std::size_t size = bytes.size();
  if (EVP_PKEY_get_id(key.get()) != EVP_PKEY_X25519 ||
      EVP_PKEY_get_raw_private_key(key.get(), bytes.data(), &size) != 1 || size != SecretKey::kSize) {
    ERR_clear_error();
    return Error{std::string(where) + ": holds a private key of another kind; an X25519 key is needed"};
  }
  const SecretKey secret(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return KeyPair::from_secret(secret);
}

Status save_key_pair(const std::filesystem::path& file, const KeyPair& keys) {
  std::string pem = to_pem(keys);
  const Status saved = write_private_file(file, pem, Existing::refuse);
  wipe(pem);
  return saved;
}

Result<KeyPair> load_key_pair(const std::filesystem::path& file) {
  Result<std::string> pem = read_private_file(file);
  if (!pem) return pem.error();
  const Result<KeyPair> keys = key_pair_from_pem(*pem, file.string());
  wipe(*pem);
  return keys;
}

}  // namespace argosy::fabric
