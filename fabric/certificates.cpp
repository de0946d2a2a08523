#include "fabric/certificates.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "fabric/digest.h"
#include "fabric/openssl_handles.h"
#include "fabric/private_file.h"

namespace argosy::fabric {
namespace {

using NamesHandle = std::unique_ptr<GENERAL_NAMES, FreeBy<GENERAL_NAMES_free>>;

WallTime wall_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return WallTime{};
  return WallTime{static_cast<std::int64_t>(timegm(&parts)) * 1000000};
}

std::string subject_part(X509* certificate, int nid) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, nid, -1);
  if (at < 0) return {};
  const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string ip_text(const ASN1_OCTET_STRING* address) {
  char text[INET6_ADDRSTRLEN] = "";
  const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return {};
  inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof text);
  return text;
}

std::vector<std::string> hosts_of(X509* certificate) {
  std::vector<std::string> hosts;
  const NamesHandle names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      hosts.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                         static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      hosts.push_back(ip_text(name->d.iPAddress));
    }
  }
  return hosts;
}

std::optional<PublicKey> subject_key(X509* certificate) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  PublicKey::Bytes bytes;
  std::size_t size = bytes.size();
  if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_X25519 ||
      EVP_PKEY_get_raw_public_key(key, bytes.data(), &size) != 1 || size != PublicKey::kSize) {
    ERR_clear_error();
    return std::nullopt;
  }
  return PublicKey(bytes);
}

CertificateFacts facts_of(X509* certificate) {
  CertificateFacts facts;
  facts.is_authority = X509_check_ca(certificate) == 1;
  facts.role = facts.is_authority ? "authority" : subject_part(certificate, NID_organizationalUnitName);
  facts.name = subject_part(certificate, NID_commonName);
  facts.hosts = hosts_of(certificate);
  facts.not_before = wall_of(X509_get0_notBefore(certificate));
  facts.not_after = wall_of(X509_get0_notAfter(certificate));
  facts.key = subject_key(certificate);
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size > 0)
    facts.fingerprint = Sha256::hex_of({reinterpret_cast<char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return facts;
}

std::string pem_of(X509* certificate) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return text_of(bio.get());
}

}  // namespace

Result<std::vector<Certificate>> Certificate::all_from_pem(std::string_view pem, std::string_view where) {
  std::vector<Certificate> all;
  const BioHandle bio = bio_over(pem);
  while (X509Handle parsed{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    Certificate certificate;
    certificate.pem_ = pem_of(parsed.get());
    certificate.facts_ = facts_of(parsed.get());
    all.push_back(std::move(certificate));
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = openssl_error();
  if (!all.empty() && ended) return all;
  return Error{std::string(where) +
               (ended ? ": holds no certificate in PEM" : ": holds a broken certificate: " + reason)};
}

Result<Certificate> Certificate::from_pem(std::string_view pem, std::string_view where) {
  auto all = all_from_pem(pem, where);
  if (!all) return all.error();
  return std::move(all->front());
}

Result<std::vector<Certificate>> Certificate::load(const std::filesystem::path& file) {
  const Result<std::string> pem = read_plain_file(file);
  if (!pem) return pem.error();
  return all_from_pem(*pem, file.string());
}

}  // namespace argosy::fabric
