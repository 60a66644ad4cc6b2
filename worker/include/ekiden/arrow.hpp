// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <ekiden/frame.hpp>

/// Frames to and from other libraries of the same process without a dependency on any: the Arrow C
/// Data Interface, https://arrow.apache.org/docs/format/CDataInterface.html. The two structures are
/// as that page defines them, under its include guard.

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

extern "C" {

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

}  // extern "C"

#endif  // ARROW_C_DATA_INTERFACE

namespace ekiden {

/// Gives the frame out as a record batch: a struct with a child for each column, whose buffers are
/// the frame's own; nothing is copied. Both structures are the caller's to release, in any order
/// and thread; children may be moved out as the interface says.
///
///     float64    "g"       boolean    "b"       text  codes "C", "S" or "I" with a dictionary "U"
///     int64      "l"       timestamp  "tsn:", without a time zone, as pandas has them
///
/// Until the array and what was moved out of it are released, they keep the frame's memory: a
/// result of the cache stays pinned, and cannot be evicted.
void export_arrow(const Frame& frame, ArrowArray* array, ArrowSchema* schema);

/// The frame of a record batch, copied. Releases both structures, also if it throws.
///
/// Integers of all sizes become int64, or float64 where values are missing; float32 and float64
/// become float64; times of all units, dates and booleans are taken, too, and text as "u" or "U",
/// with or without a dictionary. Throws Error, which names the column, for other formats, for
/// structures that are not as the interface wants them, and for integers and times beyond 64 bits.
Frame import_arrow(ArrowArray* array, ArrowSchema* schema);

}  // namespace ekiden
