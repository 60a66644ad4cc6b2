// SPDX-License-Identifier: MIT
#include "worker/app/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <ekiden/json.hpp>

namespace ekiden::worker {

namespace {

const EVP_MD* algorithm_named(std::string_view name) {
  if (name == "sha256") return EVP_sha256();
  if (name == "sha384") return EVP_sha384();
  if (name == "sha512") return EVP_sha512();
  throw Error("Possible CSP hash algorithms: sha256, sha384, sha512; not \"" + std::string(name) +
              '"');
}

}  // namespace

std::string digest_base64(std::string_view algorithm, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm_named(algorithm),
                 nullptr) != 1) {
    throw Error("OpenSSL cannot compute " + std::string(algorithm));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE * 2> text;
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return {text.begin(), text.begin() + length};
}

std::string content_digest(std::string_view bytes) {
  // FNV-1a: an ETag needs no cryptography, only to be the same in all workers and restarts.
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace ekiden::worker
