// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace ekiden::test {

/// A certificate of its own signing with its key, as PEM files in a folder of their own.
class Certificate {
 public:
  explicit Certificate(const std::string& name = "localhost",
                       std::chrono::hours validity = std::chrono::hours(24 * 365),
                       const char* passphrase = nullptr);

  std::string certfile() const { return (folder_.path() / "certificate.pem").string(); }
  std::string keyfile() const { return (folder_.path() / "key.pem").string(); }
  /// Puts copies of the other's files in the place of these, as those who renew certificates do.
  void replace_by(const Certificate& other) const;

 private:
  const worker::test::TemporaryFolder folder_;
};

}  // namespace ekiden::test
