// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "worker/app/definition.hpp"

namespace ekiden::shared {
class Traffic;
}

namespace ekiden::worker {

/// One callback as dispatch needs it: whatever can be said before a request arrives is computed.
struct CallbackEntry {
  /// The outputs of one component, since a response has one object per component.
  struct Target {
    std::string opening;  ///< `"graph":{`
    struct Field {
      std::size_t output;  ///< index into the definition's outputs
      std::string key;     ///< `"figure":`
    };
    std::vector<Field> fields;
  };

  const CallbackDefinition* definition;
  std::string id;  ///< callback_id()
  std::vector<Target> targets;
  const ErrorHandler* on_error = nullptr;  ///< the callback's own or the app's; nullptr: neither
  std::uint32_t number = 0;                ///< in shared::Traffic; 0: it has none
};

/// The callbacks of an app by id, without those that the browser runs. A lookup allocates nothing.
///
/// Thread safety: read-only once requests come. Fork: built in the mold, shared copy-on-write.
class CallbackTable {
 public:
  /// REQUIRES: `app` outlives the table and does not change.
  explicit CallbackTable(const AppDefinition& app);

  /// REQUIRES: before the first request.
  void number_by(shared::Traffic& traffic);
  /// nullptr if no callback has that id.
  const CallbackEntry* find(std::string_view id) const;
  const std::vector<CallbackEntry>& entries() const { return entries_; }

 private:
  std::vector<CallbackEntry> entries_;
  std::unordered_map<std::string_view, std::size_t> by_id_;  ///< keys point into entries_
};

}  // namespace ekiden::worker
