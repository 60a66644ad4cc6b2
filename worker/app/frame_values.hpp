// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>
#include <span>
#include <string>

#include "worker/app/frame_parts.hpp"

namespace ekiden::worker {

enum class Cells { values, times };

/// A column of JSON values of the type that fits all, or of times; nullptr and null are missing
/// values. Throws Error, begun by `reader`, if no type does.
/// REQUIRES: the values outlive the part.
FramePart part_of(const std::string& reader, std::string name, std::span<const Json* const> values,
                  Cells cells = Cells::values);

}  // namespace ekiden::worker
