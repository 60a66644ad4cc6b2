// SPDX-License-Identifier: MIT
#include "server/cache_setting.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "server/setting_values.hpp"
#include "shared/redis_url.hpp"

namespace ekiden::server {
namespace {

std::string value_of(const Environment& environment, const char* variable) {
  const auto found = environment.find(variable);
  return found == environment.end() ? "" : found->second;
}

/// The URL that Flask-Caching would make of its settings.
std::string redis_url(const Environment& environment) {
  for (const char* variable : {"CACHE_REDIS_URL", "REDIS_URL"}) {
    const std::string url = value_of(environment, variable);
    const bool parts = !value_of(environment, "CACHE_REDIS_HOST").empty();
    if (!url.empty() && !(parts && variable[0] == 'R')) return url;
  }
  const auto part = [&](const char* variable, const char* otherwise) {
    const std::string value = value_of(environment, variable);
    return value.empty() ? std::string(otherwise) : value;
  };
  std::string password;
  for (const char c : part("CACHE_REDIS_PASSWORD", "")) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    password += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return fmt::format("redis://{}{}{}:{}/{}", password.empty() ? "" : ":", password,
                     (password.empty() ? "" : "@") + part("CACHE_REDIS_HOST", "localhost"),
                     part("CACHE_REDIS_PORT", "6379"), part("CACHE_REDIS_DB", "0"));
}

/// "flask_caching.backends.SimpleCache", "SimpleCache" and "simple" are "simple".
std::string short_type(std::string type) {
  type.erase(0, type.rfind('.') + 1);
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (type.size() > 5 && type.ends_with("cache")) type.resize(type.size() - 5);
  return type;
}

std::string backend_of(const std::string& type, const Environment& environment) {
  const std::string name = short_type(type);
  if (name == "simple" || name == "sharedmemory") return "shm";
  if (name == "filesystem" || name == "null") return name;
  if (name == "redis") return redis_url(environment);
  return type;  // --cache's own names too; what is left is refused
}

}  // namespace

std::string why_no_cache(const std::string& value) {
  for (const char* name : {"auto", "shm", "filesystem", "null"}) {
    if (value == name) return {};
  }
  const std::string rest = "auto, shm, filesystem, null, redis://HOST:PORT/DB or unix:///SOCKET";
  if (value.find("://") == std::string::npos) return fmt::format("allowed: {}", rest);
  try {
    shared::RedisUrl::parse(value);
    return {};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

std::string why_not_together(const shared::CacheSettings& cache) {
  if (cache.has_disk() && cache.folder.empty()) {
    return "--cache filesystem needs a folder: --cache-dir PATH (or CACHE_DIR)";
  }
  return {};
}

std::vector<CacheVariable> cache_variables(const Environment& environment) {
  std::vector<CacheVariable> all;
  const auto add = [&](const char* variable, const char* setting, const auto& translated) {
    const std::string given = value_of(environment, variable);
    if (!given.empty()) all.push_back({variable, given, setting, translated(given)});
  };
  const auto as_it_is = [](const std::string& given) { return given; };
  add("CACHE_TYPE", "cache",
      [&](const std::string& given) { return backend_of(given, environment); });
  add("CACHE_DIR", "cache-dir", as_it_is);
  add("CACHE_DEFAULT_TIMEOUT", "cache-default-timeout", as_it_is);
  add("CACHE_KEY_PREFIX", "cache-key-prefix", as_it_is);
  add("CACHE_THRESHOLD", "cache-entries", [](const std::string& given) {
    const auto entries = parse_count(given);
    // Flask-Caching's may be smaller than the least that ours can be; 0 is "no limit" to both.
    return entries && *entries > 0 && *entries < 64 ? std::string("64") : given;
  });
  return all;
}

}  // namespace ekiden::server
