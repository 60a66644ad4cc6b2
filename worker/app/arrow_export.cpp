// SPDX-License-Identifier: MIT
// Frames given out through the Arrow C Data Interface.
#include <array>
#include <ekiden/arrow.hpp>
#include <memory>
#include <string>
#include <vector>

#include "shared/frame.hpp"

namespace ekiden {

namespace {

using shared::FrameColumn;
using shared::FrameView;

/// What an array refers to, alive until it is released. Each child has its own, because a consumer
/// may move children out and release the rest.
struct ArrayParts {
  explicit ArrayParts(const Frame& of) : frame(of) {}

  const Frame frame;
  std::array<const void*, 3> buffers{};
  std::vector<ArrowArray*> children;
};

struct SchemaParts {
  std::string format, name;
  std::vector<ArrowSchema*> children;
};

template <class Structure, class Parts>
void release(Structure* released) {
  const std::unique_ptr<Parts> parts(static_cast<Parts*>(released->private_data));
  const auto end = [](Structure* part) {
    if (part == nullptr) return;
    if (part->release != nullptr) part->release(part);
    delete part;
  };
  for (Structure* child : parts->children) end(child);
  end(released->dictionary);
  released->release = nullptr;
}

ArrowArray array_of(std::unique_ptr<ArrayParts> parts, std::size_t length, std::int64_t buffers) {
  ArrowArray array{};
  array.length = static_cast<std::int64_t>(length);
  array.n_buffers = buffers;
  array.n_children = static_cast<std::int64_t>(parts->children.size());
  array.buffers = parts->buffers.data();
  array.children = parts->children.empty() ? nullptr : parts->children.data();
  array.release = release<ArrowArray, ArrayParts>;
  array.private_data = parts.release();
  return array;
}

ArrowSchema schema_of(std::unique_ptr<SchemaParts> parts, std::int64_t flags) {
  ArrowSchema schema{};
  schema.format = parts->format.c_str();
  schema.name = parts->name.c_str();
  schema.flags = flags;
  schema.n_children = static_cast<std::int64_t>(parts->children.size());
  schema.children = parts->children.empty() ? nullptr : parts->children.data();
  schema.release = release<ArrowSchema, SchemaParts>;
  schema.private_data = parts.release();
  return schema;
}

const char* format_of(const FrameColumn& column) {
  switch (column.type) {
    case shared::ColumnType::float64:
      return "g";
    case shared::ColumnType::int64:
      return "l";
    case shared::ColumnType::boolean:
      return "b";
    case shared::ColumnType::timestamp:
      return "tsn:";
    case shared::ColumnType::text:
      break;
  }
  return column.code_bytes == 1 ? "C" : column.code_bytes == 2 ? "S" : "I";
}

const void* buffer(const Frame& frame, std::uint64_t offset) {
  return frame.bytes().data() + offset;
}

ArrowArray dictionary_array(const Frame& frame, const FrameColumn& column) {
  auto parts = std::make_unique<ArrayParts>(frame);
  parts->buffers = {nullptr, buffer(frame, column.dictionary_offset),
                    buffer(frame, column.text_offset)};
  return array_of(std::move(parts), column.dictionary_size, 3);
}

ArrowArray column_array(const Frame& frame, const FrameColumn& column) {
  auto parts = std::make_unique<ArrayParts>(frame);
  const bool nullable = column.nulls_offset != 0;
  parts->buffers = {nullable ? buffer(frame, column.nulls_offset) : nullptr,
                    buffer(frame, column.data_offset), nullptr};
  ArrowArray array = array_of(std::move(parts), frame.rows(), 2);
  array.null_count = nullable ? -1 : 0;  // -1: not counted yet
  if (column.type == shared::ColumnType::text) {
    array.dictionary = new ArrowArray(dictionary_array(frame, column));
  }
  return array;
}

ArrowSchema column_schema(const FrameView& view, const FrameColumn& column) {
  auto parts = std::make_unique<SchemaParts>();
  parts->format = format_of(column);
  parts->name = view.name(column);
  ArrowSchema schema = schema_of(std::move(parts), ARROW_FLAG_NULLABLE);
  if (column.type == shared::ColumnType::text) {
    auto strings = std::make_unique<SchemaParts>();
    strings->format = "U";
    schema.dictionary = new ArrowSchema(schema_of(std::move(strings), 0));
  }
  return schema;
}

}  // namespace

void export_arrow(const Frame& frame, ArrowArray* array, ArrowSchema* schema) {
  const FrameView view(frame.bytes().data());
  auto arrays = std::make_unique<ArrayParts>(frame);
  auto schemas = std::make_unique<SchemaParts>();
  schemas->format = "+s";
  for (const FrameColumn& column : view.columns()) {
    arrays->children.push_back(new ArrowArray(column_array(frame, column)));
    schemas->children.push_back(new ArrowSchema(column_schema(view, column)));
  }
  *array = array_of(std::move(arrays), frame.rows(), 1);
  *schema = schema_of(std::move(schemas), 0);
}

}  // namespace ekiden
