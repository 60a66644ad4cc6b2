// SPDX-License-Identifier: MIT
#include "worker/app/module.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ekiden/json.hpp>
#include <ekiden/module.hpp>
#include <exception>
#include <span>
#include <string_view>
#include <utility>

#include "shared/key_hash.hpp"
#include "shared/log.hpp"
#include "worker/app/exception_text.hpp"
#include "worker/app/memoize.hpp"
#include "worker/app/throw_trace.hpp"
#include "worker/seal/seal.hpp"
#include "worker/seal/set_up_stack.hpp"

namespace ekiden::worker {

namespace fs = std::filesystem;

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::atomic<bool> set_up_running{false};

/// While it exists, the app's set-up runs.
class SetUpRuns {
 public:
  SetUpRuns() { set_up_running = true; }
  SetUpRuns(const SetUpRuns&) = delete;
  ~SetUpRuns() { set_up_running = false; }
};

[[noreturn]] void fail(const fs::path& path, std::string_view what) {
  throw Error(fmt::format("{}: {}", path.string(), what));
}

[[noreturn]] void fail_with_errno(const fs::path& path, std::string_view what) {
  const int error = errno;
  fail(path, fmt::format("{}: {}", what, std::strerror(error)));
}

Descriptor private_copy(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail_with_errno(path, "cannot open the app module");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail_with_errno(path, "cannot read the app module");
  if (!S_ISREG(status.st_mode)) fail(path, "this is not a file, so it cannot be an app module");
  Descriptor copy(::memfd_create(path.filename().c_str(), MFD_CLOEXEC));
  if (copy.get() < 0) fail_with_errno(path, "cannot make a private copy of the app module");
  for (;;) {
    constexpr std::size_t kChunk = std::size_t{1} << 30;
    const ssize_t moved = ::sendfile(copy.get(), file.get(), nullptr, kChunk);
    if (moved == 0) return copy;
    if (moved < 0 && errno != EINTR) fail_with_errno(path, "cannot copy the app module");
  }
}

/// A path of the descriptor that no earlier call returned: the loader takes a module whose path it
/// knows for the one it has, although the descriptor's number was reused for another.
std::string fresh_path_of(int fd) {
  static int loads = 0;
  std::string path = "/proc/self/fd/";
  for (int i = 0; i < loads; ++i) path += "./";
  ++loads;
  return path + std::to_string(fd);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// While one exists, the log is told what ended the process. glibc lets no exception of a static
/// initialiser out of dlopen, but ends the process, and whoever loads an app should learn why.
class StaticInitialiserReport {
 public:
  explicit StaticInitialiserReport(const fs::path& path) : before_(std::set_terminate(&report)) {
    module_ = &path;
  }
  ~StaticInitialiserReport() { std::set_terminate(before_); }
  StaticInitialiserReport(const StaticInitialiserReport&) = delete;

 private:
  [[noreturn]] static void report() {
    if (std::current_exception()) {
      const ExceptionText text = current_exception_text();
      shared::log(shared::LogLevel::critical, "{}: a static initialiser of the app threw {}: {}",
                  module_->string(), text.type, text.message);
    }
    std::abort();
  }

  static inline const fs::path* module_ = nullptr;
  const std::terminate_handler before_;
};

/// The bytes of a file, while it exists.
class MappedBytes {
 public:
  MappedBytes(const fs::path& path, const Descriptor& file) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail_with_errno(path, "cannot read the app module");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return;
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
    if (start == MAP_FAILED) fail_with_errno(path, "cannot read the app module");
    bytes_ = {static_cast<const std::byte*>(start), size};
  }
  ~MappedBytes() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }
  MappedBytes(const MappedBytes&) = delete;
  std::span<const std::byte> get() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

/// A file that is still being copied may have all that the loader maps, and lack only what comes
/// behind; or a part of what it maps, and then whoever reads that is killed.
void check_is_whole(const fs::path& path, std::span<const std::byte> bytes) {
  Elf64_Ehdr header{};
  if (bytes.size() < sizeof header) return;  // the loader will say that it is no module
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return;
  const std::uint64_t end = header.e_shoff + std::uint64_t{header.e_shnum} * header.e_shentsize;
  if (end <= bytes.size()) return;
  fail(path, fmt::format("the file is cut off: it has {} bytes of {}; copy a new module beside the "
                         "old one, then rename it into place",
                         bytes.size(), end));
}

/// 32 digits that change with the file's bytes.
std::string content_id(std::span<const std::byte> bytes) {
  if (bytes.empty()) return "";
  const shared::HashSeed seed{0xA076'1D64'78BD'642FU, 0xE703'7ED1'A0B4'28DBU,
                              0x8EBC'6AF0'9C88'C6E3U, 0x5899'65CC'7537'4CC3U};
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const shared::KeyHash hash = shared::hash_key(text, seed);
  return fmt::format("{:016x}{:016x}", hash.high, hash.low);
}

std::uintptr_t base_of(void* handle) {
  const link_map* map = nullptr;
  return ::dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 ? map->l_addr : 0;
}
const AppModule& entry_of(const fs::path& path, void* handle) {
  const auto* entry = static_cast<const AppModule*>(::dlsym(handle, "ekiden_app_module"));
  if (entry == nullptr) {
    fail(path,
         "this is not an Ekiden app: it lacks the symbol ekiden_app_module, which EKIDEN_APP "
         "defines");
  }
  // Nothing behind `layout` may be read before it is known to be ours.
  if (entry->layout != AppModule::kLayout) {
    fail(path, fmt::format("was built against another version of Ekiden (module layout {}, this is "
                           "{}); rebuild it",
                           entry->layout, AppModule::kLayout));
  }
  if (std::string_view(entry->build) != EKIDEN_BUILD) {
    fail(path,
         fmt::format("was built against {}, this is {}; rebuild it", entry->build, EKIDEN_BUILD));
  }
  return *entry;
}

/// Makes a folder the current one until the end of the scope.
class WorkingFolder {
 public:
  explicit WorkingFolder(const fs::path& folder)
      : before_(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    std::error_code missing;
    if (!fs::is_directory(folder, missing)) return;
    if (::chdir(folder.c_str()) != 0) fail_with_errno(folder, "cannot enter the app's data folder");
    changed_ = true;
  }
  ~WorkingFolder() {
    // If the folder we came from is gone, staying in the app's is as good as anything.
    if (changed_ && ::fchdir(before_.get()) != 0) return;
  }
  WorkingFolder(const WorkingFolder&) = delete;

 private:
  const Descriptor before_;
  bool changed_ = false;
};

}  // namespace

bool is_set_up_running() noexcept { return set_up_running; }

struct Module::Mapped {
  void* handle;
  std::string build_id;
  DataSymbols data_symbols;
};

Module::Mapped Module::map(const fs::path& path, bool with_debug_info) {
  const Descriptor copy = private_copy(path);
  const MappedBytes bytes(path, copy);
  check_is_whole(path, bytes.get());
  const std::string copy_path = fresh_path_of(copy.get());
  const StaticInitialiserReport report(path);
  const SetUpRuns running;
  if (void* handle = ::dlopen(copy_path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
    // The copy's name leads nowhere once its descriptor is closed.
    if (with_debug_info) load_debug_info();
    return {handle, content_id(bytes.get()), read_data_symbols(bytes.get())};
  }
  const char* reason = ::dlerror();
  throw Error("the app module cannot be loaded: " +
              replaced(reason != nullptr ? reason : path.string(), copy_path, path.string()));
}

Module Module::load(const fs::path& path, bool with_debug_info) {
  take_component_packages();  // left behind by a module that could not be loaded
  Mapped mapped = map(path, with_debug_info);
  const AppModule& entry = entry_of(path, mapped.handle);
  return Module(path, entry, std::move(mapped), take_component_packages());
}

Module::Module(fs::path path, const AppModule& entry, Mapped mapped, ComponentPackages packages)
    : path_(std::move(path)),
      name_(path_.stem().string()),
      build_id_(std::move(mapped.build_id)),
      base_(base_of(mapped.handle)),
      data_symbols_(std::move(mapped.data_symbols)),
      entry_(&entry),
      packages_(std::move(packages)) {}

bool Module::is_unchanged() const {
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return false;
  try {
    return content_id(MappedBytes(path_, file).get()) == build_id_;
  } catch (const Error&) {
    return false;
  }
}

std::vector<std::string> Module::warnings() const {
  const std::vector<std::string> globals = writable_globals(data_symbols_);
  if (globals.empty()) return {};
  std::vector<std::string> lines{fmt::format(
      "{} has writable globals, which callbacks must not modify (constants with a constructor are "
      "among them{}):",
      path_.filename().string(),
      data_symbols_.is_stripped ? "; it is stripped, so static ones are not" : "")};
  for (const std::string& global : globals) lines.push_back("  " + global);
  return lines;
}

fs::path Module::folder(const char* kind) const {
  return path_.parent_path() / (name_ + "." + kind);
}

void Module::set_up(App& app) const {
  const WorkingFolder in_data(folder("data"));
  const SetUpRuns running;
  set_app_build_id(build_id_);
  std::array<char, 4096> error{};
  int failed = 0;
  const auto run = [&] { failed = entry_->set_up(app, error.data(), error.size()); };
  seal_mode() == shared::SealMode::off ? run() : run_on_own_stack(run);
  if (failed != 0) {
    fail(path_, fmt::format("the app's set-up failed: {}", error.data()));
  }
}

}  // namespace ekiden::worker
