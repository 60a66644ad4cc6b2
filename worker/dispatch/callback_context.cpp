// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <ekiden/context.hpp>

#include "worker/app/stringified_id.hpp"
#include "worker/dispatch/callback_call.hpp"
#include "worker/dispatch/cookie.hpp"
#include "worker/http/grammar.hpp"

namespace ekiden {

using worker::CallbackCall;
namespace grammar = worker::grammar;

namespace {

const Json::Array& list_of(const Json& body, std::string_view name) {
  static const Json::Array kNone;
  const Json* list = body.find(name);
  const Json::Array* items = list != nullptr ? list->as_array() : nullptr;
  return items != nullptr ? *items : kNone;
}

Json copy_of(const Json& body, std::string_view name, Json otherwise) {
  const Json* value = body.find(name);
  return value != nullptr ? *value : std::move(otherwise);
}

/// "id.property" of `{"id": …, "property": …}`.
std::string prop_id_of(const Json& item) {
  const Json& property = item["property"];
  const std::string* name = property.as_string();
  return worker::stringified_id(item["id"]) + '.' + (name != nullptr ? *name : property.dump());
}

Json value_of(const Json& item) {
  const Json* value = item.find("value");
  return value != nullptr ? *value : Json();
}

void add_values(const Json::Array& items, Json::Object& values) {
  for (const Json& item : items) {
    if (const Json::Array* matches = item.as_array()) {
      add_values(*matches, values);
    } else {
      values.emplace_back(prop_id_of(item), value_of(item));
    }
  }
}

Json values_of(const Json& body, std::string_view name) {
  Json::Object values;
  add_values(list_of(body, name), values);
  return values;
}

/// The id in "id.property", as an object if it is a pattern's.
Json id_of(std::string_view prop_id) {
  const std::string_view id = prop_id.substr(0, std::min(prop_id.rfind('.'), prop_id.size()));
  return id.starts_with('{') ? Json::parse(id) : Json(id);
}

Json grouped(const Json& item, const Json::Array& changed) {
  if (const Json::Array* matches = item.as_array()) {
    Json::Array all;
    for (const Json& match : *matches) all.push_back(grouped(match, changed));
    return all;
  }
  const bool triggered =
      std::find(changed.begin(), changed.end(), Json(prop_id_of(item))) != changed.end();
  return {{"id", item["id"]},
          {"str_id", worker::stringified_id(item["id"])},
          {"property", item["property"]},
          {"value", value_of(item)},
          {"triggered", triggered}};
}

/// A part of a query: "%C3%A4+b" is "ä b".
std::string query_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        grammar::hex_digit(text[i + 1]) >= 0 &&
                        grammar::hex_digit(text[i + 2]) >= 0;
    if (escape) {
      decoded +=
          static_cast<char>(grammar::hex_digit(text[i + 1]) * 16 + grammar::hex_digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

std::string_view next_piece(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

bool is_attribute(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 0x20 && c < 0x7F && c != ';'; });
}

void check_cookie(std::string_view name, const CookieOptions& options) {
  if (!grammar::is_token(name)) {
    throw Error(
        fmt::format("set_cookie: '{}' is not a name; use letters, digits, '-' and '_'", name));
  }
  if (!is_attribute(options.path) || !is_attribute(options.domain)) {
    throw Error(fmt::format("set_cookie: path and domain of '{}' must be ASCII without ';'", name));
  }
  const std::string& site = options.same_site;
  if (!site.empty() && site != "Strict" && site != "Lax" && site != "None") {
    throw Error(
        fmt::format("set_cookie: same_site of '{}' is '{}'; use Strict, Lax or None", name, site));
  }
}

}  // namespace

CallbackContext::TriggerList CallbackContext::triggered() const {
  TriggerList list;
  const Json values = inputs();
  for (const Json& changed : list_of(call_.body(), "changedPropIds")) {
    const std::string* prop_id = changed.as_string();
    if (prop_id == nullptr) continue;
    const Json* value = values.find(*prop_id);
    list.push_back({*prop_id, value != nullptr ? *value : Json()});
  }
  if (list.empty()) list.push_back({".", Json()});
  return list;
}

Json CallbackContext::triggered_id() const {
  const Json::Array& changed = list_of(call_.body(), "changedPropIds");
  const std::string* first = changed.empty() ? nullptr : changed.front().as_string();
  return first != nullptr ? id_of(*first) : Json();
}

Json CallbackContext::triggered_prop_ids() const {
  Json::Object ids;
  for (const Json& changed : list_of(call_.body(), "changedPropIds")) {
    if (const std::string* prop_id = changed.as_string())
      ids.emplace_back(*prop_id, id_of(*prop_id));
  }
  return ids;
}

Json CallbackContext::inputs() const { return values_of(call_.body(), "inputs"); }

Json CallbackContext::states() const { return values_of(call_.body(), "state"); }

Json CallbackContext::inputs_list() const {
  return copy_of(call_.body(), "inputs", Json::array({}));
}

Json CallbackContext::states_list() const {
  return copy_of(call_.body(), "state", Json::array({}));
}

Json CallbackContext::outputs_list() const { return copy_of(call_.body(), "outputs", {}); }

Json CallbackContext::args_grouping() const {
  const Json::Array& changed = list_of(call_.body(), "changedPropIds");
  const Json::Array &inputs = list_of(call_.body(), "inputs"),
                    &states = list_of(call_.body(), "state");
  std::size_t next_input = 0, next_state = 0;
  Json::Array grouping;
  for (const worker::Argument& argument : call_.callback().arguments) {
    const Json& item = argument.is_state ? states.at(next_state++) : inputs.at(next_input++);
    grouping.push_back(grouped(item, changed));
  }
  return grouping;
}

CallbackContext::Texts CallbackContext::headers() const {
  return {call_.request().headers.begin(), call_.request().headers.end()};
}

std::string CallbackContext::header(std::string_view name) const {
  return std::string(call_.request().header(name));
}

CallbackContext::Texts CallbackContext::cookies() const {
  Texts cookies;
  for (const auto& [name, value] : call_.request().headers) {
    if (!grammar::equal_any_case(name, "Cookie")) continue;
    for (std::string_view rest = value; !rest.empty();) {
      std::string_view cookie_value = next_piece(rest, ';');
      const std::string_view cookie_name = grammar::trim(next_piece(cookie_value, '='));
      if (cookie_name.empty()) continue;
      cookies.emplace_back(cookie_name, worker::unquoted_cookie(grammar::trim(cookie_value)));
    }
  }
  return cookies;
}

std::string CallbackContext::cookie(std::string_view name) const {
  for (auto& [known, value] : cookies()) {
    if (known == name) return value;
  }
  return {};
}

std::string CallbackContext::path() const { return call_.request().path; }

CallbackContext::Texts CallbackContext::args() const {
  Texts args;
  for (std::string_view rest = call_.request().query; !rest.empty();) {
    std::string_view value = next_piece(rest, '&');
    const std::string_view name = next_piece(value, '=');
    if (!name.empty()) args.emplace_back(query_decoded(name), query_decoded(value));
  }
  return args;
}

std::string CallbackContext::remote() const { return call_.request().remote; }

std::string CallbackContext::scheme() const { return std::string(call_.request().scheme); }

std::string CallbackContext::host() const { return std::string(call_.request().host); }

std::string CallbackContext::prefix() const { return std::string(call_.request().prefix); }

std::string CallbackContext::request_id() const { return std::string(call_.request().request_id); }

std::string CallbackContext::origin() const { return header("Origin"); }

void CallbackContext::set_header(std::string_view name, std::string_view value) const {
  call_.set_header(name, value);
}

void CallbackContext::set_cookie(std::string_view name, std::string_view value,
                                 const CookieOptions& options) const {
  check_cookie(name, options);
  std::string cookie = fmt::format("{}={}", name, worker::quoted_cookie(value));
  if (options.max_age) cookie += fmt::format("; Max-Age={}", options.max_age->count());
  if (!options.domain.empty()) cookie += "; Domain=" + options.domain;
  if (!options.path.empty()) cookie += "; Path=" + options.path;
  if (options.secure) cookie += "; Secure";
  if (options.http_only) cookie += "; HttpOnly";
  if (!options.same_site.empty()) cookie += "; SameSite=" + options.same_site;
  call_.add_cookie(std::move(cookie));
}

void CallbackContext::delete_cookie(std::string_view name, const CookieOptions& options) const {
  CookieOptions gone = options;
  gone.max_age = std::chrono::seconds(0);
  set_cookie(name, "", gone);
}

void CallbackContext::set_props(const Json& id, Json::Object properties) const {
  call_.set_props(id, std::move(properties));
}

void CallbackContext::record_timing(std::string_view name, std::chrono::duration<double> duration,
                                    std::string_view description) const {
  call_.record_timing(name, duration.count(), description);
}

bool CallbackContext::cancelled() const {
  const std::atomic<bool>* gone = call_.request().cancelled;
  return gone != nullptr && gone->load(std::memory_order_relaxed);
}

const CallbackContext& callback_context() {
  if (const CallbackCall* call = CallbackCall::current()) return call->context();
  throw MissingCallbackContextException(
      "the callback context is only available from a callback: call callback_context() and "
      "set_props() within a handler, on its thread");
}

void set_props(const Json& id, Json::Object properties) {
  callback_context().set_props(id, std::move(properties));
}

}  // namespace ekiden
