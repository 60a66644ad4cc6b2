// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "worker/app/component_packages.hpp"
#include "worker/seal/data_symbols.hpp"

namespace ekiden {
class App;
struct AppModule;
}  // namespace ekiden

namespace ekiden::worker {

/// True while an app's static initialisers or its set-up run.
bool is_set_up_running() noexcept;

/// An app's shared library, mapped from a private copy in memory: replacing or truncating the file
/// while workers run changes nothing for them.
///
/// A module stays mapped until the process ends, since objects made by its code may live anywhere.
/// Fork: loaded in the mold; no descriptor stays open. Thread safety: load while the process is
/// single-threaded.
class Module {
 public:
  /// Copies and maps the file, which runs the module's static initialisers. Throws Error, with the
  /// file's own path in it, if it cannot be read, is no Ekiden app, or was built against another
  /// version of Ekiden. An exception of a static initialiser ends the process, after a line in the
  /// log that names it: the C library lets it no further.
  /// With debug info read, error pages can show lines of the module.
  static Module load(const std::filesystem::path& path, bool with_debug_info = false);

  /// The file's name without ".so".
  const std::string& name() const { return name_; }
  const std::filesystem::path& path() const { return path_; }
  /// Changes with the file's bytes; results that another build put into the cache are not found.
  const std::string& build_id() const { return build_id_; }
  /// False if its file holds other bytes by now, or none.
  bool is_unchanged() const;
  /// Where it is mapped, and its variables in .data and .bss.
  std::uintptr_t base() const { return base_; }
  const DataSymbols& data_symbols() const { return data_symbols_; }
  /// That it has writable globals, if it has.
  std::vector<std::string> warnings() const;
  /// The component packages that the module links, for as long as it is mapped.
  const ComponentPackages& component_packages() const { return packages_; }
  /// The folder NAME.assets or NAME.data beside the module; it need not exist.
  std::filesystem::path folder(const char* kind) const;

  /// Runs the app's set-up, in the folder NAME.data if there is one, so that relative paths in it
  /// mean the app's data wherever the server was started. Throws Error naming the module and the
  /// exception if set-up throws.
  void set_up(App& app) const;

 private:
  struct Mapped;
  Module(std::filesystem::path path, const AppModule& entry, Mapped mapped,
         ComponentPackages packages);
  static Mapped map(const std::filesystem::path& path, bool with_debug_info);

  std::filesystem::path path_;
  std::string name_;
  std::string build_id_;
  std::uintptr_t base_;
  DataSymbols data_symbols_;
  const AppModule* entry_;
  ComponentPackages packages_;
};

}  // namespace ekiden::worker
