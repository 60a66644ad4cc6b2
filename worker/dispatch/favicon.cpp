// SPDX-License-Identifier: MIT
#include "worker/dispatch/favicon.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace ekiden::worker {

namespace {

constexpr std::uint32_t kSize = 16;

// 'o' is the baton, '#' its bands, '.' is transparent.
constexpr std::array<std::string_view, kSize> kPicture = {
    "................",  //
    "............oo..",  //
    "...........oooo.",  //
    "..........o#ooo.",  //
    ".........o##oo..",  //
    "........oo##o...",  //
    ".......ooo#o....",  //
    "......ooooo.....",  //
    ".....ooooo......",  //
    "....ooooo.......",  //
    "...o#ooo........",  //
    "..o##oo.........",  //
    ".oo##o..........",  //
    ".ooo#o..........",  //
    "..ooo...........",  //
    "................",  //
};

void append(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xff);
}

std::uint32_t colour(char pixel) {
  switch (pixel) {
    case 'o':
      return 0xffd8482b;
    case '#':
      return 0xfffaf3e8;
    default:
      return 0;
  }
}

}  // namespace

std::string default_favicon() {
  constexpr std::uint32_t kDirectoryBytes = 6 + 16, kBitmapHeaderBytes = 40;
  constexpr std::uint32_t kPixelBytes = kSize * kSize * 4, kMaskBytes = kSize * 4;
  std::string icon;
  append(icon, 0, 2);  // reserved
  append(icon, 1, 2);  // an icon, not a cursor
  append(icon, 1, 2);  // one picture
  append(icon, kSize, 1);
  append(icon, kSize, 1);
  append(icon, 0, 2);   // no palette
  append(icon, 1, 2);   // planes
  append(icon, 32, 2);  // bits per pixel
  append(icon, kBitmapHeaderBytes + kPixelBytes + kMaskBytes, 4);
  append(icon, kDirectoryBytes, 4);

  append(icon, kBitmapHeaderBytes, 4);
  append(icon, kSize, 4);
  append(icon, kSize * 2, 4);  // the pixels and the mask
  append(icon, 1, 2);
  append(icon, 32, 2);
  append(icon, 0, 4);  // uncompressed
  append(icon, kPixelBytes + kMaskBytes, 4);
  icon.append(16, '\0');                       // resolution and palette, unused
  for (std::size_t row = kSize; row-- > 0;) {  // bottom row first
    for (const char pixel : kPicture[row]) append(icon, colour(pixel), 4);
  }
  icon.append(kMaskBytes, '\0');  // transparency is in the pixels
  return icon;
}

}  // namespace ekiden::worker
