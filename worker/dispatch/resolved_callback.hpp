// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "worker/app/definition.hpp"
#include "worker/dispatch/page_state.hpp"

namespace ekiden::worker {

/// A callback with the components of one page that its patterns stand for, resolved as the renderer
/// does (section 2.6 of the wire protocol). One callback is several of these where it has MATCH.
struct ResolvedCallback {
  /// What one output or argument stands for.
  struct Item {
    std::vector<std::string> ids;  ///< as text; of a string id just that
    bool is_list = false;
    bool is_state = false;
    std::string property;

    std::string name(std::size_t index) const { return ids[index] + "." + property; }
  };

  const CallbackDefinition* definition;
  std::string id;     ///< of the callback, with the values of its outputs' MATCH in place of them
  std::string match;  ///< the values of MATCH: what tells one of the callback's calls from another
  std::vector<Item> outputs, arguments;

  /// True if the property is an Input, or with `as_state` a State.
  bool reads(std::string_view property, bool as_state) const;
  /// True if an output of this one is an Input of `other`.
  bool feeds(const ResolvedCallback& other) const;
};

/// `id` is the callback's, as the dependencies have it.
std::vector<ResolvedCallback> resolved_on(const PageState& page, const CallbackDefinition& callback,
                                          const std::string& id);

/// The body of the request with which the renderer calls it. `value_of` gives nullptr for a
/// property that is not set.
std::string request_body(const ResolvedCallback& callback, const std::string& id,
                         const std::vector<std::string>& changed,
                         const std::function<const Json*(const std::string&)>& value_of);

}  // namespace ekiden::worker
