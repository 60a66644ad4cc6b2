// SPDX-License-Identifier: MIT
#include "worker/dispatch/app_suites.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ekiden/json.hpp>
#include <tuple>
#include <utility>

namespace ekiden::worker {

namespace {

SuiteFile suite_file(const detail::ComponentPackage& package, const detail::PackageFile& file) {
  SuiteFile suite{};
  suite.package = package.name_space;
  suite.path = file.path;
  suite.version = file.version;
  suite.content_type = file.content_type;
  suite.etag = file.etag;
  suite.identity = file.identity;
  suite.gzip = file.gzip;
  suite.brotli = file.brotli;
  suite.public_url = file.public_url;
  return suite;
}

const detail::PackageFile& file_of(const detail::ComponentPackage& package, std::string_view path) {
  for (const detail::PackageFile& file : package.files) {
    if (file.path == path) return file;
  }
  throw Error(fmt::format("the component package {} lists {} as a script but does not contain it",
                          package.name_space, path));
}

Json::Object members_of(std::string_view object) {
  const Json json = Json::parse(object);
  return *json.as_object();
}

bool has_member(const Json::Object& object, std::string_view name) {
  return std::any_of(object.begin(), object.end(),
                     [name](const auto& member) { return member.first == name; });
}

}  // namespace

AppSuites::AppSuites(const Suites& own, const ComponentPackages& packages)
    : own_(own), files_(own.files.begin(), own.files.end()), children_props_(own.children_props) {
  for (const detail::ComponentPackage* package : packages) add(*package);
  std::sort(files_.begin(), files_.end(), [](const SuiteFile& a, const SuiteFile& b) {
    return std::tie(a.package, a.path) < std::tie(b.package, b.path);
  });
}

void AppSuites::add(const detail::ComponentPackage& package) {
  Json::Object namespaces = members_of(children_props_);
  const bool is_a_suite =
      std::any_of(files_.begin(), files_.end(),
                  [&package](const SuiteFile& file) { return file.package == package.name_space; });
  if (is_a_suite || has_member(namespaces, package.name_space)) {
    throw Error(
        fmt::format("the app links two component packages with the name {}, or one that "
                    "Ekiden has already; link one of them only",
                    package.name_space));
  }
  for (const detail::PackageFile& file : package.files) files_.push_back(suite_file(package, file));
  for (const std::string_view path : package.scripts) {
    scripts_.push_back(suite_file(package, file_of(package, path)));
  }
  namespaces.emplace_back(std::string(package.name_space), Json::parse(package.children_props));
  children_props_ = Json(std::move(namespaces)).dump();
}

Suites AppSuites::view() const {
  Suites all = own_;
  all.files = files_;
  all.children_props = children_props_;
  all.package_scripts = scripts_;
  return all;
}

}  // namespace ekiden::worker
