// SPDX-License-Identifier: MIT
#include "server/saved_settings.hpp"

#include <filesystem>

namespace ekiden::server {
namespace {

constexpr const char* kApp = "app";

std::vector<std::string> values_of(const Setting& setting, const Settings& settings) {
  if (setting.kind == SettingKind::addresses) return settings.bind;
  if (setting.kind == SettingKind::variables) return settings.env;
  return {setting.value_in(settings)};
}

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> result;
  if (list.as_array() == nullptr) return result;
  for (const Json& item : *list.as_array()) {
    if (item.as_string() != nullptr) result.push_back(*item.as_string());
  }
  return result;
}

}  // namespace

Json saved(const Settings& settings) {
  Json::Object all{{kApp, Json::Array{std::filesystem::absolute(settings.app).string()}}};
  for (const Setting& setting : all_settings()) {
    all.emplace_back(std::string(setting.name), values_of(setting, settings));
  }
  return Json(std::move(all));
}

Settings restored_settings(const Json& saved) {
  Settings settings;
  if (saved.as_object() == nullptr) return settings;
  for (const auto& [name, list] : *saved.as_object()) {
    const std::vector<std::string> values = texts(list);
    if (name == kApp && !values.empty()) {
      settings.app = values.front();
    } else if (const Setting* setting = find_setting(name)) {
      setting->parse(values, settings);
    }
  }
  return settings;
}

}  // namespace ekiden::server
