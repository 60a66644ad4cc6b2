// SPDX-License-Identifier: MIT
// Callbacks that other programs call: section 2.18 of the wire protocol.
#include <algorithm>
#include <ekiden/app.hpp>
#include <ekiden/update.hpp>

#include "worker/app/definition.hpp"
#include "worker/http/grammar.hpp"

namespace ekiden {

namespace {

constexpr const char* kJson = "application/json";

HttpResponse refusal(int status, const std::string& reason) {
  return {.status = status, .body = reason + "\n"};
}

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return worker::grammar::equal_any_case(worker::grammar::trim(type), kJson);
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "\"" : ", \"") + name + '"';
  return list.empty() ? "none" : list;
}

Json written(const worker::CallbackResult& result, bool multi) {
  Json::Array values;
  for (const std::optional<Json>& value : result) {
    values.push_back(value ? *value : to_json(no_update));
  }
  if (multi) return values;
  return values.empty() ? Json() : values.front();
}

/// What runs a callback for a program that names the arguments.
class Endpoint {
 public:
  Endpoint(Ref<const detail::Handler> handler, bool multi, std::vector<std::string> names)
      : handler_(std::move(handler)), multi_(multi), names_(std::move(names)) {}

  HttpResponse operator()(const HttpRequest& request) const {
    if (!is_json(request.header("Content-Type"))) {
      return refusal(415, "415 Unsupported Media Type: the body must be application/json");
    }
    Json body;
    try {
      body = Json::parse(request.body);
    } catch (const Error& error) {
      return refusal(400, std::string("400 Bad Request: ") + error.what());
    }
    if (body.as_object() == nullptr) {
      return refusal(400, "400 Bad Request: the body must be an object of arguments");
    }
    for (const auto& member : *body.as_object()) {
      if (std::find(names_.begin(), names_.end(), member.first) != names_.end()) continue;
      return refusal(400, "400 Bad Request: there is no argument \"" + member.first +
                              "\"; there are: " + quoted_list(names_));
    }
    return answer(body);
  }

 private:
  HttpResponse answer(const Json& body) const {
    std::vector<Json> values(names_.size());
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (const Json* value = body.find(names_[i])) values[i] = *value;
    }
    std::size_t reading = detail::Handler::kAllRead;
    try {
      return {.body = written(handler_->run(values, reading), multi_).dump(),
              .content_type = kJson};
    } catch (const PreventUpdate&) {
      return {.status = 204, .content_type = {}};
    } catch (const BadArgument& error) {
      if (reading == detail::Handler::kAllRead) throw;  // the handler's own
      return refusal(400, "400 Bad Request: argument \"" + names_[reading] + "\": " + error.what());
    }
  }

  Ref<const detail::Handler> handler_;
  bool multi_;
  std::vector<std::string> names_;
};

}  // namespace

void App::add_api_endpoint(const worker::CallbackDefinition& callback, const ApiEndpoint& endpoint,
                           Ref<const detail::Handler> handler) {
  std::vector<std::string> names = endpoint.arguments;
  if (names.empty()) {
    for (const worker::Argument& argument : callback.arguments) {
      names.push_back(argument.dependency.id + '.' + argument.dependency.property);
    }
  }
  const std::string subject = "callback '" + callback.output_id() + "' (" + callback.where +
                              "): api_endpoint \"" + endpoint.path + '"';
  if (names.size() != callback.arguments.size()) {
    throw Error(subject + " names " + std::to_string(names.size()) + " arguments, but there are " +
                std::to_string(callback.arguments.size()) + " Inputs and States");
  }
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) throw Error(subject + " names two arguments \"" + *twice + '"');
  try {
    add_route("POST", endpoint.path,
              Endpoint(std::move(handler), callback.multi, std::move(names)));
  } catch (const Error& error) {
    throw Error(subject + ": " + error.what());
  }
}

}  // namespace ekiden
