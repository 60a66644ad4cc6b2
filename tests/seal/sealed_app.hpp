// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <ekiden/json.hpp>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "shared/heritage.hpp"
#include "shared/memo_cache.hpp"
#include "shared/scoreboard.hpp"
#include "worker/app/cache_tiers.hpp"
#include "worker/exchange.hpp"
#include "worker/generation.hpp"

namespace ekiden::test {

/// The compilers and options that there are modules of.
inline std::vector<std::string> module_variants() {
  std::vector<std::string> variants;
  std::istringstream list(EKIDEN_SEAL_VARIANTS);
  for (std::string one; std::getline(list, one, ',');) variants.push_back(one);
  return variants;
}

/// A module of this folder, loaded into this process and sealed. One per process.
class SealedApp {
 public:
  explicit SealedApp(const std::string& module, shared::SealMode mode = shared::SealMode::error) {
    worker::LoadOptions options;
    options.app_path = EKIDEN_SEAL_MODULES "/" + module + ".so";
    options.debug = true;
    options.seal = mode;
    generation_ = worker::Generation::load(options).release();
    heritage_.cache = &cache_;
    heritage_.scoreboard = &scoreboard_;
    worker::open_process_cache(heritage_);
    generation_->begin_serving(heritage_);
  }

  struct Answer {
    int status;
    std::string body;
  };
  /// Asks for `output`.children, with `kind` as the value of in.title.
  Answer call(const std::string& output, const std::string& kind) {
    worker::Request request;
    request.method = worker::Method::post;
    request.path = "/_dash-update-component";
    request.remote = "127.0.0.1";
    request.headers = {{"Content-Type", "application/json"}};
    request.body =
        Json{{"output", output + ".children"},
             {"outputs", Json{{"id", output}, {"property", "children"}}},
             {"inputs", Json::array({Json{{"id", "in"}, {"property", "title"}, {"value", kind}}})},
             {"changedPropIds", Json::array({})}}
            .dump();
    worker::Response response;
    worker::Service& service = generation_->service();
    if (service.begin(request, response) == worker::Service::Next::run_on_callback_thread) {
      service.run(request, response);
    }
    return {response.status, std::string(response.bytes())};
  }

 private:
  worker::Generation* generation_;  ///< never destroyed, as in a server
  shared::MemoCache cache_{{.data_bytes = 8U << 20}};
  shared::Scoreboard scoreboard_;
  shared::Heritage heritage_;
};

/// A test of modules of each variant, on one, two and eight threads.
class OfEachVariant : public testing::TestWithParam<std::tuple<std::string, int>> {
 public:
  static auto all() {
    return testing::Combine(testing::ValuesIn(module_variants()), testing::Values(1, 2, 8));
  }
  static std::string name(const testing::TestParamInfo<ParamType>& test) {
    return std::get<0>(test.param) + "_on_" + std::to_string(std::get<1>(test.param));
  }

 protected:
  static std::string variant() { return std::get<0>(GetParam()); }
  static int threads() { return std::get<1>(GetParam()); }
};

/// Runs `body(number)` on so many threads at once.
inline void on_threads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace ekiden::test
