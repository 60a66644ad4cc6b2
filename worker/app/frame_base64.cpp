// SPDX-License-Identifier: MIT
// Frames as text for the browser to keep.
#include <ekiden/frame_io.hpp>

#include "worker/app/frame_access.hpp"
#include "worker/json/reader.hpp"
#include "worker/json/writer.hpp"

namespace ekiden {

std::string to_base64(const Frame& frame) {
  std::string text;
  text.reserve(worker::base64_size(frame.byte_size()));
  worker::write_base64(text, frame.bytes());
  return text;
}

Frame from_base64(std::string_view text) {
  const auto fail = [] { throw Error("from_base64: the text is not base64, or not all of it"); };
  const auto size = worker::base64_bytes(text);
  if (!size) fail();
  const worker::FramePlace place = worker::place_for_frame(*size);
  if (!worker::read_base64(text, place.to_fill)) fail();
  if (const auto fault = shared::frame_fault(place.bytes)) {
    throw Error("from_base64: " + *fault);
  }
  return FrameAccess::make(place.bytes, place.owner);
}

}  // namespace ekiden
