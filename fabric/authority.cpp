// Authority (certificates.h): makes and signs certificates.
#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include "fabric/certificates.h"
#include "fabric/openssl_handles.h"
#include "fabric/private_file.h"
#include "fabric/sealing.h"

namespace argosy::fabric {
namespace {

using ExtensionHandle = std::unique_ptr<X509_EXTENSION, FreeBy<X509_EXTENSION_free>>;

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_name_part(X509_NAME* name, const char* field, std::string_view text) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()), -1, 0) == 1;
}

bool set_subject(X509* certificate, std::string_view role, std::string_view name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  return add_name_part(subject, "O", "Argosy") && add_name_part(subject, "OU", role) &&
         add_name_part(subject, "CN", name);
}

bool set_serial(X509* certificate) {
  std::uint64_t drawn = 0;
  while (drawn == 0) drawn = random_seed() >> 1;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), drawn) == 1;
}

bool set_validity(X509* certificate, Validity validity) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), validity.not_before.us / 1000000) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), validity.not_after.us / 1000000) != nullptr;
}

// Everything but issuer, extensions and signature.
X509Handle draft(std::string_view role, std::string_view name, Validity validity, EVP_PKEY* key) {
  X509Handle certificate(X509_new());
  const bool made = X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                    set_serial(certificate.get()) && set_subject(certificate.get(), role, name) &&
                    set_validity(certificate.get(), validity) && X509_set_pubkey(certificate.get(), key) == 1;
  return made ? std::move(certificate) : nullptr;
}

Result<Certificate> signed_by(X509* certificate, EVP_PKEY* key) {
  // Ed25519 hashes for itself: no digest is named.
  if (X509_sign(certificate, key, nullptr) <= 0)
    return Error{"a certificate cannot be signed: " + openssl_error()};
  const BioHandle bio(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return Certificate::from_pem(text_of(bio.get()), "a new certificate");
}

// A host in a request is written into OpenSSL's little language for SANs, so its characters are held to a
// few.
Result<std::string> alternative_names(const std::vector<std::string>& hosts) {
  std::string text;
  for (const auto& host : hosts) {
    in6_addr address;
    const bool ip =
        inet_pton(AF_INET, host.c_str(), &address) == 1 || inet_pton(AF_INET6, host.c_str(), &address) == 1;
    const bool plain =
        !host.empty() && host.size() <= 253 &&
        host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
            std::string::npos;
    if (!ip && !plain) return Error{"'" + host + "' is neither a host name nor an IP address"};
    text += (text.empty() ? "" : ",") + std::string(ip ? "IP:" : "DNS:") + host;
  }
  return text;
}

Status check_request(std::string_view name, Validity validity) {
  if (name.empty() || name.size() > 64) return Error{"a certificate's name has 1 to 64 characters"};
  if (validity.not_after <= validity.not_before) return Error{"a certificate must end after it begins"};
  return Done{};
}

}  // namespace

Result<Authority> Authority::create(std::string_view name, Validity validity) {
  if (const Status fine = check_request(name, validity); !fine) return fine.error();
  const PkeyHandle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  CHECK(key != nullptr);
  const X509Handle certificate = draft("authority", name, validity, key.get());
  X509* raw = certificate.get();
  if (raw == nullptr || X509_set_issuer_name(raw, X509_get_subject_name(raw)) != 1 ||
      !add_extension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(raw, raw, NID_subject_key_identifier, "hash")) {
    return Error{"an authority named '" + std::string(name) + "' cannot be made: " + openssl_error()};
  }
  const auto made = signed_by(raw, key.get());
  if (!made) return made.error();
  Authority authority;
  authority.certificate_ = *made;
  authority.key_pem_ = private_key_pem(key.get());
  return authority;
}

Result<Authority> Authority::from_pem(std::string_view certificate, std::string_view key,
                                      std::string_view where) {
  auto parsed = Certificate::from_pem(certificate, where);
  if (!parsed) return parsed.error();
  const PkeyHandle private_key = private_key_from_pem(key);
  const X509Handle x509(PEM_read_bio_X509(bio_over(parsed->pem()).get(), nullptr, nullptr, nullptr));
  if (!parsed->facts().is_authority) return Error{std::string(where) + ": is not an authority's certificate"};
  if (private_key == nullptr || X509_check_private_key(x509.get(), private_key.get()) != 1) {
    ERR_clear_error();
    return Error{std::string(where) + ": the authority's private key and certificate do not belong together"};
  }
  Authority authority;
  authority.certificate_ = std::move(*parsed);
  authority.key_pem_ = std::string(key);
  return authority;
}

Result<Authority> Authority::load(const std::filesystem::path& certificate,
                                  const std::filesystem::path& key) {
  const Result<std::string> certificate_pem = read_plain_file(certificate);
  if (!certificate_pem) return certificate_pem.error();
  Result<std::string> key_pem = read_private_file(key);
  if (!key_pem) return key_pem.error();
  auto authority = from_pem(*certificate_pem, *key_pem, certificate.string());
  wipe(*key_pem);
  return authority;
}

Result<Certificate> Authority::issue(const CertificateRequest& request) const {
  if (const Status fine = check_request(request.name, request.validity); !fine) return fine.error();
  const auto names = alternative_names(request.hosts);
  if (!names) return names.error();
  const PkeyHandle signer = private_key_from_pem(key_pem_);
  const X509Handle issuer(PEM_read_bio_X509(bio_over(certificate_.pem()).get(), nullptr, nullptr, nullptr));
  CHECK(signer != nullptr && issuer != nullptr);
  const PkeyHandle subject(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, request.key.bytes().data(), PublicKey::kSize));
  const X509Handle certificate = draft(request.role, request.name, request.validity, subject.get());
  X509* raw = certificate.get();
  if (raw == nullptr || X509_set_issuer_name(raw, X509_get_subject_name(issuer.get())) != 1 ||
      !add_extension(raw, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(raw, issuer.get(), NID_key_usage, "critical,keyAgreement") ||
      !add_extension(raw, issuer.get(), NID_subject_key_identifier, "hash") ||
      !add_extension(raw, issuer.get(), NID_authority_key_identifier, "keyid:always") ||
      (!names->empty() && !add_extension(raw, issuer.get(), NID_subject_alt_name, *names))) {
    return Error{"a certificate for " + request.role + " '" + request.name +
                 "' cannot be made: " + openssl_error()};
  }
  return signed_by(raw, signer.get());
}

}  // namespace argosy::fabric
