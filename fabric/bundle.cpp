#include "fabric/bundle.h"

#include <array>
#include <cstdint>

#include "fabric/sealing.h"
#include "fabric/sodium_ready.h"

namespace argosy::fabric {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ARGOSY BUNDLE 1-----\n";
constexpr std::string_view kEnd = "-----END ARGOSY BUNDLE 1-----\n";
constexpr std::size_t kLine = 76;
constexpr std::size_t kMaxText = 32 << 20;
constexpr std::size_t kSalt = crypto_pwhash_SALTBYTES;
constexpr std::size_t kNonce = crypto_secretbox_NONCEBYTES;
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

unsigned char* octets(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

class StretchedKey {
 public:
  StretchedKey(std::string_view passphrase, std::string_view salt) {
    const int stretched = crypto_pwhash(bytes_.data(), bytes_.size(), passphrase.data(), passphrase.size(),
                                        octets(salt), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                        crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    CHECK(stretched == 0);  // fails only for want of 64 MiB of memory
  }
  ~StretchedKey() { sodium_memzero(bytes_.data(), bytes_.size()); }
  const unsigned char* data() const { return bytes_.data(); }

 private:
  std::array<unsigned char, crypto_secretbox_KEYBYTES> bytes_;
};

void put_part(std::string& out, std::string_view part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>((size >> shift) & 0xff));
  out.append(part);
}

bool take_part(std::string_view& in, std::string& part) {
  if (in.size() < 4) return false;
  std::size_t size = 0;
  for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(in[i]);
  in.remove_prefix(4);
  if (in.size() < size) return false;
  part = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

Result<Bundle> unpack(std::string_view plain) {
  Bundle bundle;
  while (!plain.empty()) {
    std::string name, bytes;
    if (!take_part(plain, name) || !take_part(plain, bytes))
      return Error{"the bundle's content is malformed"};
    bundle.emplace(std::move(name), std::move(bytes));
  }
  return bundle;
}

std::string armour(std::string_view sealed) {
  std::string text(sodium_base64_ENCODED_LEN(sealed.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), octets(sealed), sealed.size(), kBase64);
  text.pop_back();
  std::string out(kBegin);
  for (std::size_t at = 0; at < text.size(); at += kLine) out.append(text.substr(at, kLine)).push_back('\n');
  return out.append(kEnd);
}

Result<std::string> disarm(std::string_view text) {
  if (text.size() > kMaxText) return Error{"a bundle has at most 32 MiB"};
  const std::size_t begin = text.find(kBegin.substr(0, kBegin.size() - 1));
  const std::size_t end = text.find(kEnd.substr(0, kEnd.size() - 1));
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
    return Error{"this is not an Argosy bundle of version 1: its BEGIN or END line is missing"};
  }
  const std::string_view body = text.substr(begin + kBegin.size() - 1, end - begin - kBegin.size() + 1);
  std::string sealed(body.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(octets(sealed), sealed.size(), body.data(), body.size(), " \r\n", &size, nullptr,
                        kBase64) != 0) {
    return Error{"the bundle was changed: it is not base64 between its marks"};
  }
  sealed.resize(size);
  if (size < kSalt + kNonce + crypto_secretbox_MACBYTES) return Error{"the bundle is cut short"};
  return sealed;
}

}  // namespace

std::string seal_bundle(const Bundle& bundle, std::string_view passphrase) {
  sodium_ready();
  std::string plain;
  for (const auto& [name, bytes] : bundle) {
    put_part(plain, name);
    put_part(plain, bytes);
  }
  std::string sealed(kSalt + kNonce + crypto_secretbox_MACBYTES + plain.size(), '\0');
  randombytes_buf(sealed.data(), kSalt + kNonce);
  const StretchedKey key(passphrase, std::string_view(sealed).substr(0, kSalt));
  crypto_secretbox_easy(octets(sealed) + kSalt + kNonce, octets(std::string_view(plain)), plain.size(),
                        octets(sealed) + kSalt, key.data());
  wipe(plain);
  return armour(sealed);
}

Result<Bundle> open_bundle(std::string_view text, std::string_view passphrase) {
  sodium_ready();
  const Result<std::string> sealed = disarm(text);
  if (!sealed) return sealed.error();
  const std::string_view view(*sealed);
  const std::string_view box = view.substr(kSalt + kNonce);
  std::string plain(box.size() - crypto_secretbox_MACBYTES, '\0');
  const StretchedKey key(passphrase, view.substr(0, kSalt));
  if (crypto_secretbox_open_easy(octets(plain), octets(box), box.size(), octets(view.substr(kSalt, kNonce)),
                                 key.data()) != 0) {
    return Error{"the bundle does not open: wrong passphrase, or the file was changed"};
  }
  Result<Bundle> bundle = unpack(plain);
  wipe(plain);
  return bundle;
}

}  // namespace argosy::fabric
