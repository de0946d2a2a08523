// Certificates: X.509 whose subject key is the party's X25519 key, signed by the cluster's Ed25519 authority.
//
// Subject O=Argosy, OU=<role>, CN=<name>; the endpoint certificate carries the virtual endpoint's host in its
// SAN. All PEM is what `openssl x509` and `openssl verify` read. Thread rule: values; share nothing mutable.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "fabric/keys.h"

namespace argosy::fabric {

// What a certificate says.
struct CertificateFacts {
  std::string role;                // OU; "authority" for a CA
  std::string name;                // CN
  std::vector<std::string> hosts;  // SAN: DNS names and IP addresses as text
  WallTime not_before;
  WallTime not_after;
  bool is_authority = false;
  std::optional<PublicKey> key;  // the X25519 subject key; absent in an authority
  std::string fingerprint;       // SHA-256 of the DER, hex
};

// A certificate that parsed. Holds its PEM.
class Certificate {
 public:
  // The first certificate in the text; `where` names the source in errors.
  static Result<Certificate> from_pem(std::string_view pem, std::string_view where);
  // All certificates in the text, in order; none is an error.
  static Result<std::vector<Certificate>> all_from_pem(std::string_view pem, std::string_view where);
  static Result<std::vector<Certificate>> load(const std::filesystem::path& file);

  const std::string& pem() const { return pem_; }
  const CertificateFacts& facts() const { return facts_; }

 private:
  std::string pem_;
  CertificateFacts facts_;
};

struct Validity {
  WallTime not_before;
  WallTime not_after;
};

// What an authority is asked to sign.
struct CertificateRequest {
  std::string role;
  std::string name;
  PublicKey key;
  std::vector<std::string> hosts;  // for an endpoint certificate; an IP address in text becomes an IP SAN
  Validity validity;
};

// A certificate authority with its private key.
class Authority {
 public:
  static Result<Authority> create(std::string_view name, Validity validity);
  // Failure: key and certificate do not belong together, or the key file is readable by others.
  static Result<Authority> load(const std::filesystem::path& certificate, const std::filesystem::path& key);
  static Result<Authority> from_pem(std::string_view certificate, std::string_view key,
                                    std::string_view where);

  Result<Certificate> issue(const CertificateRequest& request) const;

  const Certificate& certificate() const { return certificate_; }
  const std::string& key_pem() const {
    return key_pem_;
  }  // secret: only into private files and sealed bundles

 private:
  Certificate certificate_;
  std::string key_pem_;
};

// Why a certificate is not believed.
enum class Distrust { unknown_authority, wrong_name, expired, not_yet_valid, no_key, malformed };

struct VerifyFailure {
  Distrust reason;
  std::string message;  // what, with both names or the dates, and what to do
};

// Believes `certificate` if one of `authorities` (one or two, during a rotation) signed it, it is valid
// `now`, names `host` (DNS or IP; empty: the name is not checked), and carries an X25519 key: then that key.
struct Verified {
  std::optional<PublicKey> key;  // set: believed
  std::optional<VerifyFailure> failure;
};
Verified check_certificate(const std::vector<Certificate>& authorities, const Certificate& certificate,
                           std::string_view host, WallTime now);
// The same as a Result.
Result<PublicKey> verify(const std::vector<Certificate>& authorities, const Certificate& certificate,
                         std::string_view host, WallTime now);

}  // namespace argosy::fabric
