// SPDX-License-Identifier: MIT
// Frames as text for the browser to keep.
#include <algorithm>
#include <ekiden/frame_io.hpp>

#include "worker/app/frame_access.hpp"
#include "worker/json/reader.hpp"
#include "worker/json/writer.hpp"

namespace ekiden {

std::string to_base64(const Frame& frame) {
  std::string text;
  worker::write_base64(text, frame.bytes());
  return text;
}

Frame from_base64(std::string_view text) {
  const auto bytes = worker::read_base64(text);
  if (!bytes) throw Error("from_base64: the text is not base64, or not all of it");
  const worker::FramePlace place = worker::place_for_frame(bytes->size());
  const auto given = std::as_bytes(std::span(*bytes));
  std::copy(given.begin(), given.end(), place.to_fill.begin());
  if (const auto fault = shared::frame_fault(place.bytes)) {
    throw Error("from_base64: " + *fault);
  }
  return FrameAccess::make(place.bytes, place.owner);
}

}  // namespace ekiden
