// SPDX-License-Identifier: MIT
#include "worker/dispatch/assets.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <ekiden/json.hpp>
#include <fstream>
#include <iterator>
#include <tuple>
#include <utility>

namespace ekiden::worker {

namespace fs = std::filesystem;

namespace {

struct MediaType {
  std::string_view extension, type;
  bool compress;
};

constexpr std::array kMediaTypes = std::to_array<MediaType>({
    {"avif", "image/avif", false},
    {"css", "text/css; charset=utf-8", true},
    {"csv", "text/csv; charset=utf-8", true},
    {"gif", "image/gif", false},
    {"html", "text/html; charset=utf-8", true},
    {"ico", "image/x-icon", true},
    {"jpeg", "image/jpeg", false},
    {"jpg", "image/jpeg", false},
    {"js", "application/javascript; charset=utf-8", true},
    {"json", "application/json", true},
    {"map", "application/json", true},
    {"md", "text/markdown; charset=utf-8", true},
    {"mjs", "application/javascript; charset=utf-8", true},
    {"mp3", "audio/mpeg", false},
    {"mp4", "video/mp4", false},
    {"otf", "font/otf", true},
    {"pdf", "application/pdf", false},
    {"png", "image/png", false},
    {"svg", "image/svg+xml", true},
    {"ttf", "font/ttf", true},
    {"txt", "text/plain; charset=utf-8", true},
    {"wasm", "application/wasm", true},
    {"webm", "video/webm", false},
    {"webp", "image/webp", false},
    {"woff", "font/woff", false},
    {"woff2", "font/woff2", false},
    {"xml", "text/xml; charset=utf-8", true},
});

constexpr MediaType kUnknownType{"", "application/octet-stream", false};

const MediaType& media_type_of(std::string_view path) {
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos) return kUnknownType;
  const std::string_view extension = path.substr(dot + 1);
  const auto found = std::find_if(kMediaTypes.begin(), kMediaTypes.end(),
                                  [&](const MediaType& t) { return t.extension == extension; });
  return found == kMediaTypes.end() ? kUnknownType : *found;
}

/// Sorts a folder's own files before those of its subfolders.
std::pair<std::string_view, std::string_view> page_order(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

Asset read_asset(const fs::path& file, std::string path) {
  struct stat status {};
  std::ifstream in(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in || ::stat(file.c_str(), &status) != 0) {
    throw Error(file.string() + ": this asset cannot be read; check its permissions");
  }
  const MediaType& type = media_type_of(path);
  return {std::move(path), status.st_mtime,
          PreparedContent(std::move(bytes), type.type, type.compress)};
}

bool is_hidden(const fs::path& file) { return file.filename().string().starts_with('.'); }

}  // namespace

Assets Assets::load(const fs::path& folder) {
  Assets assets;
  std::error_code missing;
  if (!fs::is_directory(folder, missing)) return assets;
  const fs::recursive_directory_iterator end;
  for (fs::recursive_directory_iterator entry(folder); entry != end; ++entry) {
    if (is_hidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      assets.files_.push_back(
          read_asset(entry->path(), entry->path().lexically_relative(folder).generic_string()));
    }
  }
  std::sort(assets.files_.begin(), assets.files_.end(),
            [](const Asset& a, const Asset& b) { return page_order(a.path) < page_order(b.path); });
  return assets;
}

const Asset* Assets::find(std::string_view path) const {
  const auto key = page_order(path);
  const auto found = std::lower_bound(
      files_.begin(), files_.end(), key,
      [](const Asset& asset, const auto& k) { return page_order(asset.path) < k; });
  return found != files_.end() && found->path == path ? &*found : nullptr;
}

std::string_view content_type_of(std::string_view path) { return media_type_of(path).type; }

}  // namespace ekiden::worker
