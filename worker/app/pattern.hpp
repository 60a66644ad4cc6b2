// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/dependency.hpp>
#include <span>
#include <string>

/// Pattern-matching ids as declarations and requests write them (section 2.4 of the wire protocol).
/// All functions are pure.
namespace ekiden::worker {

/// The id as `_dash-dependencies` has it: `{"index":["MATCH"],"type":"item"}`.
///
/// Two or more dots in a row are written as escapes: the browser splits lists of outputs at `...`.
std::string pattern_text(std::span<const Pattern::Member> members);

/// True if the id of a component, or of a request, is one that `members` stand for: the same keys,
/// the same constants, and any string, number or boolean in place of a wildcard.
bool matches(std::span<const Pattern::Member> members, const Json& id);

/// True if there is an id that both stand for.
/// REQUIRES: both are sorted by key.
bool overlap(std::span<const Pattern::Member> a, std::span<const Pattern::Member> b);

}  // namespace ekiden::worker
