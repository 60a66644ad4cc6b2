// SPDX-License-Identifier: MIT
#include "worker/http/request_target.hpp"

#include <algorithm>
#include <string>

#include "worker/http/grammar.hpp"

namespace ekiden::worker {
namespace {

constexpr Rejection kBadTarget{400, "The request target is not valid."};

bool percent_decode(std::string_view text, std::string& decoded) {
  decoded.clear();
  while (!text.empty()) {
    const std::size_t escape = std::min(text.find('%'), text.size());
    decoded.append(text.substr(0, escape));
    text.remove_prefix(escape);
    if (text.empty()) break;
    const int high = text.size() > 2 ? grammar::hex_digit(text[1]) : -1;
    const int low = text.size() > 2 ? grammar::hex_digit(text[2]) : -1;
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return false;
    decoded.push_back(static_cast<char>(high * 16 + low));
    text.remove_prefix(3);
  }
  return true;
}

}  // namespace

Rejection read_target(Request& request, std::string_view& authority) {
  std::string_view rest = request.target;
  authority = {};
  request.query = {};
  if (!grammar::is_target(rest)) return kBadTarget;
  if (rest == "*") {
    request.path = "*";
    return request.method == Method::options ? Rejection{} : kBadTarget;
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!grammar::starts_with_any_case(rest, scheme)) continue;
    rest.remove_prefix(scheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    authority = rest.substr(0, end);
    if (!grammar::is_authority(authority)) return kBadTarget;
    rest.remove_prefix(end);
    break;
  }
  if (rest.empty() ? authority.empty() : (rest.front() != '/' && authority.empty())) {
    return kBadTarget;
  }
  const std::size_t question = rest.find('?');
  if (question != std::string_view::npos) request.query = rest.substr(question + 1);
  const std::string_view path = rest.substr(0, question);
  if (path.find('\\') != std::string_view::npos) return kBadTarget;
  if (!percent_decode(path, request.path)) {
    return {400, "The path contains an invalid percent escape."};
  }
  if (request.path.empty()) request.path = "/";
  return {};
}

}  // namespace ekiden::worker
