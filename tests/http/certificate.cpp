// SPDX-License-Identifier: MIT
#include "tests/http/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace ekiden::test {
namespace {

template <auto Free>
struct Deleter {
  template <class Object>
  void operator()(Object* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using X509Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using File = std::unique_ptr<std::FILE, Deleter<std::fclose>>;

void check(bool success) {
  if (!success) throw std::runtime_error("cannot make a certificate");
}

X509Certificate sign(const std::string& name, std::chrono::hours validity, EVP_PKEY* key) {
  X509Certificate certificate(X509_new());
  X509* const one = certificate.get();
  ASN1_INTEGER_set(X509_get_serialNumber(one), 1);
  const auto seconds = static_cast<long>(std::chrono::seconds(validity).count());
  X509_gmtime_adj(X509_getm_notBefore(one), std::min(0L, seconds) - 3600);
  X509_gmtime_adj(X509_getm_notAfter(one), seconds);
  X509_set_pubkey(one, key);
  X509_NAME* const subject = X509_get_subject_name(one);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(one, subject);
  check(X509_sign(one, key, EVP_sha256()) > 0);
  return certificate;
}

}  // namespace

Certificate::Certificate(const std::string& name, std::chrono::hours validity,
                         const char* passphrase) {
  const Key key(EVP_EC_gen("P-256"));
  check(key != nullptr);
  const X509Certificate certificate = sign(name, validity, key.get());
  const File certificate_file(std::fopen(certfile().c_str(), "w"));
  const File key_file(std::fopen(keyfile().c_str(), "w"));
  check(PEM_write_X509(certificate_file.get(), certificate.get()) == 1);
  const auto* phrase = reinterpret_cast<const unsigned char*>(passphrase);
  const int length = passphrase == nullptr ? 0 : static_cast<int>(std::strlen(passphrase));
  const EVP_CIPHER* const cipher = passphrase == nullptr ? nullptr : EVP_aes_256_cbc();
  check(PEM_write_PrivateKey(key_file.get(), key.get(), cipher, phrase, length, nullptr, nullptr) ==
        1);
}

void Certificate::replace_by(const Certificate& other) const {
  constexpr auto kOver = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(other.certfile(), certfile(), kOver);
  std::filesystem::copy_file(other.keyfile(), keyfile(), kOver);
}

}  // namespace ekiden::test
