// SPDX-License-Identifier: MIT
#include <ekiden/clientside.hpp>
#include <ekiden/json.hpp>

#include "worker/app/digest.hpp"

namespace ekiden {

namespace {

constexpr const char* kInline = "_dashprivate_clientside_funcs";

/// 64 digits, as Dash's SHA-256; equal sources share one function.
std::string name_of_source(const std::string& source) {
  std::string name;
  while (name.size() < 64) name += worker::content_digest(source + name);
  return name;
}

/// The source as it may stand in a script element. "</script" occurs in JavaScript only within
/// strings, comments and regular expressions, where the escape means the same.
std::string script_safe_source(std::string source) {
  for (std::size_t at = 0; (at = source.find("</", at)) != std::string::npos; at += 3) {
    source.insert(at + 1, "\\");
  }
  return source;
}

}  // namespace

ClientsideFunction::ClientsideFunction(std::string name_space, std::string function_name)
    : name_space_(std::move(name_space)), function_name_(std::move(function_name)) {
  if (name_space_.starts_with("_dashprivate_") || name_space_ == "PreventUpdate" ||
      name_space_ == "no_update") {
    throw Error("clientside_callback: the namespace \"" + name_space_ +
                "\" is Dash's own; choose another");
  }
  if (name_space_.empty() || function_name_.empty()) {
    throw Error("clientside_callback: neither the namespace nor the function's name may be empty");
  }
}

ClientsideFunction::ClientsideFunction(std::string source)
    : name_space_(kInline), function_name_(name_of_source(source)) {
  if (source.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw Error("clientside_callback: the function's source is empty");
  }
  // Within a function, so that the page gets no other global than dash_clientside.
  script_ =
      "(function () {\n"
      "var clientside = window.dash_clientside = window.dash_clientside || {};\n"
      "var ns = clientside[\"" +
      name_space_ + "\"] = clientside[\"" + name_space_ + "\"] || {};\nns[\"" + function_name_ +
      "\"] = " + script_safe_source(std::move(source)) + ";\n})();\n";
}

}  // namespace ekiden
