// SPDX-License-Identifier: MIT
#include "worker/dispatch/content_coding.hpp"

#include <charconv>

#include "worker/http/grammar.hpp"

namespace ekiden::worker {

namespace {

/// q in thousandths out of the parameters that follow a coding; 1000 if there is none.
int quality(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view parameter = grammar::next_in_list(parameters, ';');
    if (!grammar::equal_any_case(grammar::next_in_list(parameter, '='), "q")) continue;
    double value = 0;
    const auto [end, error] =
        std::from_chars(parameter.data(), parameter.data() + parameter.size(), value);
    if (error != std::errc() || value < 0) return 0;
    return value >= 1 ? 1000 : static_cast<int>(value * 1000);
  }
  return 1000;
}

}  // namespace

std::string_view name_of(Encoding encoding) noexcept {
  switch (encoding) {
    case Encoding::gzip:
      return "gzip";
    case Encoding::brotli:
      return "br";
    case Encoding::identity:
      break;
  }
  return {};
}

Encoding preferred_encoding(std::string_view accept_encoding, bool has_gzip, bool has_brotli) {
  int gzip = -1, brotli = -1, any = 0;  // -1: not named, so `*` decides
  while (!accept_encoding.empty()) {
    std::string_view parameters = grammar::next_in_list(accept_encoding);
    const std::string_view coding = grammar::next_in_list(parameters, ';');
    if (grammar::equal_any_case(coding, "br")) brotli = quality(parameters);
    if (grammar::equal_any_case(coding, "gzip") || grammar::equal_any_case(coding, "x-gzip"))
      gzip = quality(parameters);
    if (coding == "*") any = quality(parameters);
  }
  if (gzip < 0) gzip = any;
  if (brotli < 0) brotli = any;
  if (!has_gzip) gzip = 0;
  if (!has_brotli) brotli = 0;
  if (brotli > 0 && brotli >= gzip) return Encoding::brotli;
  return gzip > 0 ? Encoding::gzip : Encoding::identity;
}

}  // namespace ekiden::worker
