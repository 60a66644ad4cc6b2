// SPDX-License-Identifier: MIT
// The input is a list of changes to a good frame; whatever passes the check must be readable, and
// may be selected from and written as JSON, without a step outside its memory.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ekiden/frame.hpp>
#include <span>

#include "shared/frame.hpp"
#include "worker/app/frame_access.hpp"
#include "worker/app/held_memory.hpp"

namespace ekiden {
namespace {

const Frame& good_frame() {
  static const Frame frame(
      {{"text", {"figs", "apples", "", "figs", "a longer string"}},
       {"x", {0.5, 1.5, 2.5, 3.5, 4.5}},
       {"n", {1, 2, 3, 4, 5}},
       {"yes", std::vector<std::optional<bool>>{true, {}, false, true, {}}},
       {"day", std::vector{Timestamp(), NaT, Timestamp(), NaT, Timestamp()}},
       {"maybe", std::vector<std::optional<std::string>>{"figs", {}, "", "figs", {}}},
       {"one", {"same", "same", "same", "same", "same"}}});
  return frame;
}

/// Each change is two bytes of offset and the new byte. The sums that a forger would get right are
/// made right, so that the checks behind them are reached.
void change(std::span<std::byte> frame, std::span<const std::uint8_t> input) {
  for (; input.size() >= 3; input = input.subspan(3)) {
    const std::size_t offset = static_cast<std::size_t>(input[0]) << 8 | input[1];
    frame[offset % frame.size()] = static_cast<std::byte>(input[2]);
  }
  auto& header = *reinterpret_cast<shared::FrameHeader*>(frame.data());
  const shared::FrameView view(frame.data());
  header.bytes = frame.size();
  if (header.columns > (frame.size() - sizeof header) / sizeof(shared::FrameColumn)) return;
  for (const shared::FrameColumn& column : view.columns()) {
    if (column.name_offset > frame.size() ||
        column.name_bytes > frame.size() - column.name_offset) {
      return;
    }
  }
  header.schema = shared::schema_hash(view.columns(), frame.data());
}

void use(const Frame& frame) {
  std::size_t written = 0;
  for (const std::string& name : frame.columns()) {
    const Column column = frame[name];
    const Mask mask = column.type() == ColumnType::text        ? column > std::string_view("b")
                      : column.type() == ColumnType::timestamp ? column >= Timestamp()
                                                               : column > 0.5;
    for (const Frame& part : {frame[mask], frame[~mask]}) {
      if (shared::frame_fault(part.bytes())) std::abort();
      written += to_json(part[name]).dump().size() + part[name].unique().size();
    }
  }
  if (written == static_cast<std::size_t>(-1)) std::abort();
}

}  // namespace
}  // namespace ekiden

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ekiden;
  const std::span<const std::byte> good = good_frame().bytes();
  const auto memory = make_ref<worker::HeapMemory>(good.size());
  std::copy(good.begin(), good.end(), memory->bytes().begin());
  change(memory->bytes(), {data, size});
  if (!shared::frame_fault(memory->bytes())) use(FrameAccess::make(memory->bytes(), memory));
  return 0;
}
