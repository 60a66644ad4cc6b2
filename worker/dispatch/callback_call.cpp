// SPDX-License-Identifier: MIT
#include "worker/dispatch/callback_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "worker/app/stringified_id.hpp"
#include "worker/dispatch/escape.hpp"
#include "worker/http/grammar.hpp"
#include "worker/json/reader.hpp"

namespace ekiden::worker {

namespace {

thread_local CallbackCall* current_call = nullptr;

/// Headers that say how the response is sent.
constexpr auto kOwnHeaders = std::to_array<std::string_view>(
    {"Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date", "Keep-Alive",
     "Trailer", "Transfer-Encoding", "Upgrade", "X-Request-Id"});

auto named(std::string_view name) {
  return [name](const auto& item) { return grammar::equal_any_case(item.first, name); };
}

}  // namespace

CallbackCall::CallbackCall(const CallbackDefinition& callback, const Request& request)
    : callback_(callback), request_(request), context_(*this), outer_(current_call) {
  current_call = this;
}

CallbackCall::~CallbackCall() { current_call = outer_; }

const Json& CallbackCall::body() const {
  if (!body_) body_ = parse_json(request_.body);
  return *body_;
}

CallbackCall* CallbackCall::current() noexcept { return current_call; }

void CallbackCall::set_props(const Json& id, Json::Object properties) {
  std::string key;
  try {
    key = stringified_id(id);
  } catch (const Error& error) {
    throw Error(std::string("set_props: ") + error.what());
  }
  auto known = std::find_if(side_update_.begin(), side_update_.end(),
                            [&](const auto& update) { return update.first == key; });
  if (known == side_update_.end()) {
    known = side_update_.insert(side_update_.end(), {std::move(key), {}});
  }
  for (Json::Member& property : properties) {
    const auto set =
        std::find_if(known->second.begin(), known->second.end(),
                     [&](const Json::Member& member) { return member.first == property.first; });
    if (set == known->second.end()) {
      known->second.push_back(std::move(property));
    } else {
      set->second = std::move(property.second);
    }
  }
}

void CallbackCall::set_header(std::string_view name, std::string_view value) {
  if (!grammar::is_token(name) || !grammar::is_field_value(value)) {
    throw Error(
        fmt::format("set_header: '{}: {}' is not a header; names are letters, digits and "
                    "hyphens, values have no control characters",
                    name, value));
  }
  if (std::any_of(kOwnHeaders.begin(), kOwnHeaders.end(),
                  [&](std::string_view own) { return grammar::equal_any_case(own, name); })) {
    throw Error(fmt::format("set_header: {} is set by the server", name));
  }
  const auto known = std::find_if(headers_.begin(), headers_.end(), named(name));
  if (known == headers_.end() || grammar::equal_any_case(name, "Set-Cookie")) {
    headers_.emplace_back(name, value);
  } else {
    known->second = value;
  }
}

void CallbackCall::add_cookie(std::string cookie) {
  headers_.emplace_back("Set-Cookie", std::move(cookie));
}

void CallbackCall::record_timing(std::string_view name, double seconds,
                                 std::string_view description) {
  if (!grammar::is_token(name)) {
    throw Error(
        fmt::format("record_timing: '{}' is not a name; use letters, digits and hyphens", name));
  }
  if (std::any_of(timings_.begin(), timings_.end(),
                  [&](const auto& timing) { return timing.first == name; })) {
    throw Error(fmt::format("record_timing: duplicate resource name \"{}\" found", name));
  }
  timings_.emplace_back(name, server_timing(name, seconds, description));
}

void CallbackCall::write_side_update(std::string& out) const {
  char separator = '{';
  for (const auto& [id, properties] : side_update_) {
    out += separator;
    separator = ',';
    out += json_quoted(id) + ":";
    Json(properties).write(out);
  }
  out += '}';
}

void CallbackCall::write_headers(std::string& out) const {
  for (const auto& [name, value] : headers_) out += name + ": " + value + "\r\n";
}

void CallbackCall::write_timings(std::string& out) const {
  for (const auto& [name, field] : timings_) out += field;
}

std::string server_timing(std::string_view name, double seconds, std::string_view description) {
  std::string text;
  if (!description.empty()) {
    text = ";desc=\"";
    for (const char c : description) {
      // The renderer splits at commas without regard to quotes.
      const bool plain = c != '"' && c != '\\' && c != ',' && static_cast<unsigned char>(c) >= 0x20;
      text += plain && c != 0x7F ? c : ' ';
    }
    text += '"';
  }
  return fmt::format("Server-Timing: {}{};dur={:.0f}\r\n", name, text, std::round(seconds * 1000));
}

}  // namespace ekiden::worker
