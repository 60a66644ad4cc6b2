// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

/// What `ekiden_add_component_package` generates into an app module, besides the builders; apps do
/// not use it themselves.
namespace ekiden::detail {

/// A file that pages may load, with its compressed forms.
struct PackageFile {
  std::string_view path;  ///< below the package's own URL: "dash_cytoscape.min.js"
  std::string_view version, content_type;
  std::string_view etag;                    ///< hex digest of `identity`
  std::string_view identity, gzip, brotli;  ///< gzip and brotli may be empty
  std::string_view public_url;              ///< where the same file is on the internet
};

/// A library of components outside the bundled ones.
struct ComponentPackage {
  std::string_view name_space;  ///< "dash_cytoscape", in URLs and on the wire
  std::span<const PackageFile> files;
  std::span<const std::string_view> scripts;  ///< paths of the page's scripts, in order
  std::string_view children_props;            ///< {"Type": ["path"]}
};

/// A static object of a module: tells the program that loads the module of the package. The
/// package must be there as long as the module is.
class PackageOfModule {
 public:
  explicit PackageOfModule(const ComponentPackage& package);
};

}  // namespace ekiden::detail
