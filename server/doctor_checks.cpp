// SPDX-License-Identifier: MIT
#include "server/doctor_checks.hpp"

#include <fmt/core.h>

#include <ekiden/json.hpp>
#include <functional>
#include <optional>
#include <stdexcept>

#include "server/doctor_page.hpp"

namespace ekiden::server {
namespace {

constexpr int kMostRedirects = 5;
constexpr std::size_t kWorthPacking = 5000;
constexpr std::size_t kLargeUpload = 2U << 20;  // more than proxies let pass by default

/// "3 scripts", "1 script".
std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string list_of(const std::vector<std::string>& items) {
  constexpr std::size_t kMost = 5;
  std::string list;
  for (std::size_t at = 0; at < items.size() && at < kMost; ++at) {
    list += (at == 0 ? "" : "; ") + items[at];
  }
  if (items.size() > kMost) list += fmt::format("; and {} more", items.size() - kMost);
  return list;
}

bool is_script(std::string_view type) { return type.find("javascript") != type.npos; }
bool is_stylesheet(std::string_view type) { return type.starts_with("text/css"); }
bool is_json_page(const HttpAnswer& answer) {
  return answer.status == 200 && answer.field("Content-Type").starts_with("application/json");
}

/// True unless a cache may give the answer out again without asking.
bool is_asked_again(const HttpAnswer& answer) {
  const std::string_view control = answer.field("Cache-Control");
  for (const char* word : {"no-cache", "no-store", "max-age=0"}) {
    if (control.find(word) != control.npos) return true;
  }
  return control.find("max-age") == control.npos && answer.field("Expires").empty();
}

/// The checks, in their order; what one has learnt the later ones use.
class Examination {
 public:
  Examination(const HttpUrl& url, std::chrono::milliseconds patience)
      : url_(url), client_(url, patience) {}

  std::vector<Finding> run() {
    if (!guarded("reachable", [this] { reach(); })) return std::move(findings_);
    if (!guarded("index", [this] { look_at_index(); })) return std::move(findings_);
    guarded("prefix", [this] { compare_prefix(); });
    guarded("layout", [this] { load_layout(); });
    guarded("dependencies", [this] { load_dependencies(); });
    guarded("assets", [this] { load_assets(); });
    guarded("compression", [this] { look_for_compression(); });
    guarded("caching", [this] { look_at_caching(); });
    guarded("keep-alive", [this] { look_at_connections(); });
    guarded("callbacks", [this] { post(); });
    guarded("uploads", [this] { upload(); });
    guarded("dev tools", [this] { look_for_dev_tools(); });
    return std::move(findings_);
  }

 private:
  /// Runs a check; false if it found an error.
  bool guarded(const char* check, const std::function<void()>& body) {
    check_ = check;
    try {
      body();
    } catch (const std::exception& error) {
      add(Level::error, error.what(), "See whether the server and what is in front of it run.");
    }
    return findings_.empty() || findings_.back().level != Level::error;
  }
  void add(Level level, std::string says, std::string remedy = "") {
    findings_.push_back({check_, level, std::move(says), std::move(remedy)});
  }
  void ok(std::string says) { add(Level::ok, std::move(says)); }

  void reach();
  void look_at_index();
  void compare_prefix();
  void load_layout();
  void load_dependencies();
  std::optional<Json> load_json(const char* name);
  void load_assets();
  void load_asset(const std::string& reference, bool script, std::vector<std::string>& problems);
  void look_for_compression();
  void look_at_caching();
  void look_at_connections();
  void post();
  void upload();
  void look_for_dev_tools();

  struct Asset {
    std::string path;
    HttpAnswer answer;
  };

  HttpUrl url_;
  HttpClient client_;
  std::string check_;
  std::vector<Finding> findings_;
  HttpAnswer index_;
  DashPage page_;
  Json config_;
  std::string prefix_;
  std::vector<Asset> assets_;
  std::vector<Asset> data_;  ///< layout and dependencies
};

void Examination::reach() {
  for (int redirects = 0;; ++redirects) {
    index_ = client_.get(url_.path);
    const std::string target(index_.field("Location"));
    if (index_.status < 300 || index_.status > 399 || target.empty()) break;
    const auto next = resolve(url_, target);
    if (!next) {
      return add(Level::error, fmt::format("{} leads to {}", url_.text(), target),
                 "Ask that address; of https:// what stands behind the TLS end.");
    }
    if (redirects == kMostRedirects) {
      return add(Level::error, fmt::format("{} leads from one address to the next", url_.text()),
                 "Look for redirects in the proxy that undo each other.");
    }
    url_ = *next;
  }
  if (index_.status == 200) return ok(fmt::format("{} answers", url_.text()));
  const bool proxy = index_.status >= 502 && index_.status <= 504;
  add(Level::error, fmt::format("{} answers with status {}", url_.text(), index_.status),
      proxy
          ? "The proxy does not reach the app: see whether it runs, and the proxy's address of it."
          : "See whether the path is the app's, and the proxy hands it on.");
}

void Examination::look_at_index() {
  page_ = read_page(index_.body);
  if (!page_.config || !page_.starts_renderer) {
    return add(
        Level::error,
        page_.title.empty() ? "the page is not of a Dash app"
                            : fmt::format("the page '{}' is not of a Dash app", page_.title),
        "See whether the path is the app's; an index_string needs {%config%}, {%scripts%} and "
        "{%renderer%}.");
  }
  config_ = Json::parse(*page_.config);
  const Json* prefix = config_.find("requests_pathname_prefix");
  prefix_ = prefix == nullptr || prefix->as_string() == nullptr ? "/" : *prefix->as_string();
  const std::string_view type = index_.field("Content-Type");
  if (!type.starts_with("text/html")) {
    return add(Level::error, fmt::format("the page's Content-Type is '{}'", type),
               "Let the proxy hand the app's Content-Type on.");
  }
  ok(fmt::format("a Dash app, '{}'", page_.title));
}

void Examination::compare_prefix() {
  const std::string folder = url_.path.substr(0, url_.path.rfind('/', url_.path.find('?')) + 1);
  // A page at /sales/west may be one of an app at /sales/, or of one that does not know where it
  // is.
  const auto has_layout = [this](const std::string& below) {
    return is_json_page(client_.get(below + "_dash-layout"));
  };
  const bool fits = url_.path.starts_with(prefix_) &&
                    (folder == prefix_ || has_layout(prefix_) || !has_layout(folder));
  if (fits) return ok(fmt::format("the page asks below {}", prefix_));
  add(Level::error,
      fmt::format("the page lies at {}, but asks for what it needs below {}", url_.path, prefix_),
      fmt::format("If the proxy takes {0} off, set DASH_REQUESTS_PATHNAME_PREFIX={0}, else "
                  "DASH_URL_BASE_PATHNAME={0}.",
                  folder));
}

std::optional<Json> Examination::load_json(const char* name) {
  const std::string path = prefix_ + name;
  HttpAnswer answer = client_.get(path);
  const std::string_view type = answer.field("Content-Type");
  if (!is_json_page(answer)) {
    add(Level::error,
        answer.status == 200 ? fmt::format("{} is '{}', not JSON", path, type)
                             : fmt::format("{} answers with status {}", path, answer.status),
        fmt::format("Let the proxy hand all below {} on to the app, with the prefix that the app "
                    "expects.",
                    prefix_));
    return std::nullopt;
  }
  Json json = Json::parse(answer.body);
  data_.push_back({path, std::move(answer)});
  return json;
}

void Examination::load_layout() {
  if (load_json("_dash-layout")) ok(fmt::format("{}_dash-layout is there", prefix_));
}

void Examination::load_dependencies() {
  const auto json = load_json("_dash-dependencies");
  if (!json) return;
  const auto* list = json->as_array();
  if (list == nullptr) {
    return add(Level::error, "_dash-dependencies is not a list",
               "See what answers there instead of the app.");
  }
  ok(counted(list->size(), "callback"));
}

void Examination::load_asset(const std::string& reference, bool script,
                             std::vector<std::string>& problems) {
  const auto url = resolve(url_, reference);
  if (!url) return;  // of another host
  HttpAnswer answer = client_.get(url->path, "br, gzip");
  const std::string_view type = answer.field("Content-Type");
  if (answer.status != 200) {
    problems.push_back(fmt::format("{}: status {}", reference, answer.status));
  } else if (script ? !is_script(type) : !is_stylesheet(type)) {
    problems.push_back(fmt::format("{}: type '{}'", reference, type));
  } else if (!url->path.starts_with(prefix_)) {
    problems.push_back(fmt::format("{}: not below {}", reference, prefix_));
  }
  assets_.push_back({url->path, std::move(answer)});
}

void Examination::load_assets() {
  std::vector<std::string> problems;
  for (const std::string& script : page_.scripts) load_asset(script, true, problems);
  for (const std::string& sheet : page_.stylesheets) load_asset(sheet, false, problems);
  if (!problems.empty()) {
    return add(Level::error, list_of(problems),
               "Without them the page stays empty or bare. Let the proxy hand them on to the app, "
               "types included, and answer none itself.");
  }
  const std::size_t elsewhere = page_.scripts.size() + page_.stylesheets.size() - assets_.size();
  ok(fmt::format(
      "{} and {} load{}", counted(page_.scripts.size(), "script"),
      counted(page_.stylesheets.size(), "stylesheet"),
      elsewhere == 0 ? "" : fmt::format("; {} of other hosts not looked at", elsewhere)));
}

void Examination::look_for_compression() {
  std::vector<std::string> plain, unvaried;
  std::size_t packed = 0;
  for (const Asset& asset : assets_) {
    if (asset.answer.status != 200) continue;
    const bool is_packed = !asset.answer.field("Content-Encoding").empty();
    packed += is_packed ? 1 : 0;
    if (!is_packed && asset.answer.body.size() >= kWorthPacking) plain.push_back(asset.path);
    if (is_packed && asset.answer.field("Vary").empty()) unvaried.push_back(asset.path);
  }
  if (!plain.empty()) {
    return add(Level::warning, "not compressed: " + list_of(plain),
               "Let the proxy hand the browser's Accept-Encoding on.");
  }
  if (!unvaried.empty()) {
    return add(Level::warning, "compressed without Vary: Accept-Encoding: " + list_of(unvaried),
               "Caches on the way may give it to browsers that cannot read it; in nginx: gzip_vary "
               "on.");
  }
  ok(fmt::format("{} compressed", counted(packed, "file")));
}

void Examination::look_at_caching() {
  std::vector<std::string> forgotten, kept;
  std::size_t immutable = 0;
  for (const Asset& asset : assets_) {
    if (asset.answer.status != 200 || !is_fingerprinted(asset.path)) continue;
    const std::string_view control = asset.answer.field("Cache-Control");
    const bool forever = control.find("immutable") != control.npos;
    immutable += forever ? 1 : 0;
    if (!forever) forgotten.push_back(asset.path);
  }
  if (!is_asked_again(index_)) kept.push_back(url_.path);
  for (const Asset& one : data_) {
    if (!is_asked_again(one.answer)) kept.push_back(one.path);
  }
  if (!kept.empty()) {
    return add(Level::error, "kept by browsers and caches: " + list_of(kept),
               "After a deployment these show the old app. Take Cache-Control and Expires for them "
               "out of the proxy.");
  }
  if (!forgotten.empty()) {
    return add(Level::warning, "not kept although its URL names the version: " + list_of(forgotten),
               "Let the proxy hand the app's Cache-Control on.");
  }
  ok(fmt::format("{} immutable, the page itself asked for each time", counted(immutable, "file")));
}

void Examination::look_at_connections() {
  if (client_.connections() == 1) {
    return ok(fmt::format("{} over one connection",
                          counted(static_cast<std::size_t>(client_.requests()), "request")));
  }
  add(Level::warning,
      fmt::format("{} took {} connections",
                  counted(static_cast<std::size_t>(client_.requests()), "request"),
                  client_.connections()),
      "Each costs the browser a round trip. Switch keep-alive on in the proxy (nginx: "
      "keepalive_timeout), and set Ekiden's --keep-alive above the proxy's.");
}

/// Posts what is no callback of any app: the app refuses it, whoever is in front lets it pass.
void Examination::post() {
  const std::string path = prefix_ + "_dash-update-component";
  const HttpAnswer answer = client_.post(path, "application/json", "{}");
  if (answer.status == 400 || answer.status == 500 || answer.status == 200) {
    return ok(fmt::format("{} is reached", path));
  }
  add(Level::error, fmt::format("a POST to {} is answered with status {}", path, answer.status),
      answer.status == 405 || answer.status == 403 ? "Let the proxy hand POST on, not only GET."
                                                   : "Let the proxy hand this path on to the app.");
}

/// A body that is no JSON, larger than what proxies take by default.
void Examination::upload() {
  const std::string path = prefix_ + "_dash-update-component";
  const HttpAnswer answer = client_.post(path, "text/plain", std::string(kLargeUpload, ' '));
  if (answer.status != 413) return ok("bodies of 2 MB pass");
  add(Level::warning, "a body of 2 MB is refused with status 413",
      "dcc.Upload and large stores need more: in nginx client_max_body_size, in Ekiden "
      "--limit-request-body.");
}

void Examination::look_for_dev_tools() {
  const Json* ui = config_.find("ui");
  const bool shown = ui != nullptr && ui->as_bool() != nullptr && *ui->as_bool();
  if (!shown && config_.find("hot_reload") == nullptr) return ok("off");
  add(Level::warning, "Dash's dev tools are on: errors show the app's inside to everybody",
      "Start the app without --debug and DASH_DEBUG.");
}

}  // namespace

std::string_view name_of(Level level) {
  constexpr std::string_view kNames[] = {"ok", "warning", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

std::vector<Finding> check_deployment(const HttpUrl& url, std::chrono::milliseconds patience) {
  return Examination(url, patience).run();
}

}  // namespace ekiden::server
