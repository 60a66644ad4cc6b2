// SPDX-License-Identifier: MIT
#include "worker/generation.hpp"

#include <ekiden/app.hpp>
#include <filesystem>
#include <optional>
#include <utility>

#include "shared/file_watch.hpp"
#include "shared/heritage.hpp"
#include "shared/memo_cache.hpp"
#include "shared/scoreboard.hpp"
#include "worker/app/definition.hpp"
#include "worker/app/module.hpp"
#include "worker/app/registry_checks.hpp"
#include "worker/app/throw_trace.hpp"
#include "worker/dispatch/app_suites.hpp"
#include "worker/dispatch/router.hpp"
#include "worker/seal/report.hpp"
#include "worker/seal/seal.hpp"

namespace ekiden::worker {

namespace {

class LoadedGeneration final : public Generation {
 public:
  explicit LoadedGeneration(const LoadOptions& options) : module_(load(options)) {
    // Before anything is read, so that no change is missed.
    shared::FileWatch before;
    if (options.watch_module) before.watch(module_.path());
    before.watch_assets(module_.folder("assets"));
    module_.set_up(app_);
    end_set_up();
    // A copy: what is allocated in set-up will be sealed, and the watch writes what it has seen.
    watch_ = shared::FileWatch(before);
    for (const std::string& path : app_.definition().page.extra_hot_reload_paths) {
      watch_.watch(path);
    }
    try {
      check_registry(app_.definition());
      suites_.emplace(embedded_suites(), module_.component_packages());
      router_.emplace(app_.definition(), suites_->view(), Assets::load(module_.folder("assets")),
                      SiteOptions{options.debug, options.dev_tools, options.compress_min_bytes});
    } catch (const Error& error) {
      throw Error(module_.path().string() + ": " + error.what());
    }
    detail::set_up_is_over = true;
    seal();
  }

  const std::string& name() const override { return module_.name(); }
  std::size_t callback_count() const override { return app_.definition().callbacks.size(); }
  Service& service() override { return *router_; }
  void begin_serving(const shared::Heritage& heritage) override {
    if (heritage.cache != nullptr) add_view_of(*heritage.cache);
    watch_faults();
    if (heritage.traffic != nullptr) router_->number_calls(*heritage.traffic);
    const auto* serving = heritage.scoreboard ? &heritage.scoreboard->serving() : nullptr;
    router_->set_reload_state({heritage.reload_seed, heritage.generation, serving,
                               heritage.changed_files, heritage.build});
  }
  std::vector<shared::ChangedFile> changed_files() override { return watch_.changes(); }
  std::vector<std::string> warnings() const override { return module_.warnings(); }

 private:
  static Module load(const LoadOptions& options) {
    begin_set_up(options.seal);
    return Module::load(std::filesystem::absolute(options.app_path), options.debug);
  }

  void seal() const {
    set_sealed_module({module_.base(), module_.data_symbols()});
    set_copied_module(
        {module_.path().string(), module_.base(), [this] { return module_.is_unchanged(); }});
    seal_app();
  }

  static void add_view_of(const shared::MemoCache& cache) {
    const auto bytes = cache.readable_bytes();
    const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    add_sealed_area({{begin, begin + bytes.size()}, Violation::Kind::view});
  }

  const Module module_;
  shared::FileWatch watch_;
  App app_;
  std::optional<AppSuites> suites_;
  std::optional<Router> router_;  ///< refers to app_ and suites_
};

}  // namespace

std::unique_ptr<Generation> Generation::load(const LoadOptions& options) {
  return std::make_unique<LoadedGeneration>(options);
}

}  // namespace ekiden::worker
