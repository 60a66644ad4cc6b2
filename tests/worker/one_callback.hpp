// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <string>
#include <utility>
#include <vector>

#include "worker/app/definition.hpp"

namespace ekiden {

/// Registers callbacks and calls the one registered last.
class OneCallback : public testing::Test {
 protected:
  /// The results as JSON text, "-" where an output is left alone.
  std::vector<std::string> run(std::vector<Json> values) {
    std::vector<std::string> texts;
    for (const auto& result : definition().run(values)) {
      texts.push_back(result ? result->dump() : "-");
    }
    return texts;
  }
  std::string error(std::vector<Json> values) {
    try {
      run(std::move(values));
    } catch (const BadArgument& error) {
      return error.what();
    }
    return "none";
  }
  const worker::CallbackDefinition& definition() { return app.definition().callbacks.back(); }

  App app;
};

}  // namespace ekiden
