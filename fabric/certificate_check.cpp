// Whether a certificate is believed (certificates.h).
#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "fabric/certificates.h"
#include "fabric/openssl_handles.h"

namespace argosy::fabric {
namespace {

using StoreHandle = std::unique_ptr<X509_STORE, FreeBy<X509_STORE_free>>;
using StoreContextHandle = std::unique_ptr<X509_STORE_CTX, FreeBy<X509_STORE_CTX_free>>;

std::time_t seconds_of(WallTime time) {
  return static_cast<std::time_t>(time.us / 1000000);
}

X509Handle parse(std::string_view pem) {
  return X509Handle(PEM_read_bio_X509(bio_over(pem).get(), nullptr, nullptr, nullptr));
}

std::string date_text(WallTime time) {
  const std::time_t when = seconds_of(time);
  std::tm parts{};
  gmtime_r(&when, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string quoted_name(const CertificateFacts& facts) {
  return "the certificate of " + facts.role + " '" + facts.name + "'";
}

Verified distrust(Distrust reason, std::string message) {
  return Verified{std::nullopt, VerifyFailure{reason, std::move(message)}};
}

std::string authority_names(const std::vector<Certificate>& authorities) {
  std::string names;
  for (const auto& authority : authorities) {
    names += (names.empty() ? "'" : ", '") + authority.facts().name + "' (" +
             authority.facts().fingerprint.substr(0, 16) + ")";
  }
  return names.empty() ? "none" : names;
}

// The error of the chain as a whole, or X509_V_OK; `depth` says whose: 0 the certificate's, above it the
// authority's.
int chain_error(const std::vector<Certificate>& authorities, X509* certificate, WallTime now, int& depth) {
  const StoreHandle store(X509_STORE_new());
  for (const auto& authority : authorities) {
    const X509Handle parsed = parse(authority.pem());
    if (parsed != nullptr) X509_STORE_add_cert(store.get(), parsed.get());
  }
  const StoreContextHandle context(X509_STORE_CTX_new());
  CHECK(X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr) == 1);
  X509_STORE_CTX_set_time(context.get(), 0, seconds_of(now));
  const int verified = X509_verify_cert(context.get());
  const int error = X509_STORE_CTX_get_error(context.get());
  depth = X509_STORE_CTX_get_error_depth(context.get());
  ERR_clear_error();
  return verified == 1 ? X509_V_OK : error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
}

Verified chain_distrust(const std::vector<Certificate>& authorities, const CertificateFacts& facts, int error,
                        int depth, WallTime now) {
  const std::string subject =
      depth == 0 ? quoted_name(facts) : "the authority that signed " + quoted_name(facts);
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return distrust(Distrust::expired, subject + " expired" +
                                             (depth == 0 ? " on " + date_text(facts.not_after) : "") +
                                             "; it is " + date_text(now) + " here; have a new one made");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return distrust(Distrust::not_yet_valid,
                      subject + " is not valid yet" +
                          (depth == 0 ? ", only from " + date_text(facts.not_before) : "") + "; it is " +
                          date_text(now) + " here; check this host's clock");
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return distrust(Distrust::unknown_authority,
                      quoted_name(facts) + " is not signed by a known authority; known: " +
                          authority_names(authorities) + "; get the cluster's current CA certificate");
    default:
      return distrust(Distrust::malformed,
                      subject + " is not acceptable: " + X509_verify_cert_error_string(error));
  }
}

bool is_ip(const std::string& host) {
  in6_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 || inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool names_host(X509* certificate, const std::string& host) {
  const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
  if (is_ip(host)) return X509_check_ip_asc(certificate, host.c_str(), flags) == 1;
  return X509_check_host(certificate, host.data(), host.size(), flags, nullptr) == 1;
}

std::string joined(const std::vector<std::string>& hosts) {
  std::string text;
  for (const auto& host : hosts) text += (text.empty() ? "'" : ", '") + host + "'";
  return text.empty() ? "no host" : text;
}

}  // namespace

Verified check_certificate(const std::vector<Certificate>& authorities, const Certificate& certificate,
                           std::string_view host, WallTime now) {
  const CertificateFacts& facts = certificate.facts();
  const X509Handle parsed = parse(certificate.pem());
  if (parsed == nullptr) return distrust(Distrust::malformed, "there is no certificate");
  int depth = 0;
  const int error = chain_error(authorities, parsed.get(), now, depth);
  if (error != X509_V_OK) return chain_distrust(authorities, facts, error, depth, now);
  if (!host.empty() && !names_host(parsed.get(), std::string(host))) {
    return distrust(Distrust::wrong_name, quoted_name(facts) + " names " + joined(facts.hosts) + ", but '" +
                                              std::string(host) + "' was to be reached");
  }
  if (facts.is_authority || !facts.key) {
    return distrust(Distrust::no_key,
                    quoted_name(facts) + " carries no X25519 key, so nobody can be reached by it");
  }
  return Verified{facts.key, std::nullopt};
}

Result<PublicKey> verify(const std::vector<Certificate>& authorities, const Certificate& certificate,
                         std::string_view host, WallTime now) {
  const Verified verified = check_certificate(authorities, certificate, host, now);
  if (verified.failure) return Error{verified.failure->message};
  return *verified.key;
}

}  // namespace argosy::fabric
