// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <ekiden/app.hpp>
#include <exception>
#include <string_view>

#include "worker/app/definition.hpp"
#include "worker/app/environment.hpp"

namespace ekiden {

namespace {

/// A handler with the names its errors need. Counted, so that copying a definition in a worker
/// writes to nothing that set-up made.
class NamedHandler : public detail::Counted {
 public:
  NamedHandler(const worker::CallbackDefinition& callback, Ref<const detail::Handler> handler)
      : name_(callback.output_id()), arguments_(callback.arguments), handler_(std::move(handler)) {}

  worker::CallbackResult run(std::span<const Json> values) const {
    if (values.size() != arguments_.size()) {
      throw BadArgument("callback '" + name_ + "': expected " + std::to_string(arguments_.size()) +
                        " arguments, got " + std::to_string(values.size()));
    }
    std::size_t reading = detail::Handler::kAllRead;
    try {
      return handler_->run(values, reading);
    } catch (const BadArgument& error) {
      if (reading == detail::Handler::kAllRead) throw;
      throw BadArgument("callback '" + name_ + "': argument " + std::to_string(reading + 1) + " (" +
                        describe(arguments_[reading]) + "): " + error.what());
    }
  }

 private:
  static std::string describe(const worker::Argument& argument) {
    return std::string(argument.is_state ? "State" : "Input") + " \"" + argument.dependency.id +
           '.' + argument.dependency.property + '"';
  }

  const std::string name_;
  const std::vector<worker::Argument> arguments_;
  const Ref<const detail::Handler> handler_;
};

/// "app.cpp:42": the file without its folders, which are nobody's business.
std::string place(const detail::Where& where) {
  const std::string_view path = where.file();
  return std::string(path.substr(path.rfind('/') + 1)) + ':' + std::to_string(where.line());
}

std::string first_place(const worker::CallbackDefinition& callback) {
  if (!callback.outputs.empty()) return place(callback.outputs.front().where);
  if (!callback.arguments.empty()) return place(callback.arguments.front().dependency.where);
  return {};
}

}  // namespace

namespace worker {

std::string CallbackDefinition::output_id() const {
  std::string id;
  for (const Output& output : outputs) {
    if (!id.empty()) id += "...";
    id += output.id + '.' + output.property;
  }
  return multi ? ".." + id + ".." : id;
}

bool CallbackDefinition::has_pattern_output() const {
  return std::any_of(outputs.begin(), outputs.end(),
                     [](const Output& output) { return !output.pattern.empty(); });
}

}  // namespace worker

App::App() : definition_(std::make_unique<worker::AppDefinition>()) {
  worker::apply_dash_environment(*definition_);
}

App::~App() = default;

App& App::layout(Children layout) {
  definition_->layout = std::move(layout);
  definition_->layout_function = nullptr;
  return *this;
}

void App::set_layout(std::function<Json()> function) {
  definition_->layout = function();
  definition_->layout_function = std::move(function);
}

App& App::suppress_callback_exceptions(bool suppress) {
  definition_->suppress_callback_exceptions = suppress;
  return *this;
}

App& App::hide_all_callbacks(bool hide) {
  definition_->hide_all_callbacks = hide;
  return *this;
}

App& App::prevent_initial_callbacks(PreventInitialCall prevent) {
  definition_->prevent_initial_callbacks = prevent;
  return *this;
}

App& App::on_error(ErrorHandler handler) {
  definition_->on_error = std::move(handler);
  return *this;
}

App& App::add_clientside(worker::CallbackDefinition callback,
                         const detail::Registration& registration) {
  if (!callback.running.empty() || callback.on_error) {
    throw Error("callback '" + callback.output_id() + "' (" + callback.where +
                "): a clientside callback has neither `running` nor `on_error`");
  }
  callback.clientside = registration.clientside;
  std::vector<std::string>& scripts = definition_->inline_scripts;
  const std::string& script = callback.clientside->script();
  if (!script.empty() && std::find(scripts.begin(), scripts.end(), script) == scripts.end()) {
    scripts.push_back(script);
  }
  definition_->callbacks.push_back(std::move(callback));
  return *this;
}

App& App::add(detail::Registration& registration) {
  worker::CallbackDefinition callback;
  callback.outputs = std::move(registration.outputs);
  callback.multi = registration.multi;
  for (auto& [dependency, is_state, is_optional] : registration.arguments) {
    callback.arguments.push_back({std::move(dependency), is_state, is_optional});
  }
  callback.prevent_initial_call = registration.options.prevent_initial_call;
  callback.on_error = std::move(registration.options.on_error);
  callback.running = std::move(registration.options.running);
  callback.optional = registration.options.optional;
  callback.hidden = registration.options.hidden;
  callback.where = first_place(callback);
  if (callback.where.empty() && registration.where) callback.where = place(*registration.where);
  const ApiEndpoint& endpoint = registration.options.api_endpoint;
  if (registration.clientside && !endpoint.path.empty()) {
    throw Error("callback '" + callback.output_id() + "' (" + callback.where +
                "): a clientside callback has no `api_endpoint`, since the browser runs it");
  }
  if (registration.clientside) return add_clientside(std::move(callback), registration);
  if (!endpoint.path.empty()) add_api_endpoint(callback, endpoint, registration.handler);
  callback.run = [handler =
                      make_ref<const NamedHandler>(callback, std::move(registration.handler))](
                     std::span<const Json> values) { return handler->run(values); };
  definition_->callbacks.push_back(std::move(callback));
  return *this;
}

int detail::run_set_up(void (*body)(App&), App& app, char* error, std::size_t error_size) noexcept {
  try {
    body(app);
    return 0;
  } catch (const std::exception& exception) {
    std::snprintf(error, error_size, "%s", exception.what());
  } catch (...) {
    std::snprintf(error, error_size, "%s", "set-up threw something that is not a std::exception");
  }
  return 1;
}

}  // namespace ekiden
