// SPDX-License-Identifier: MIT
#include "server/settings.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include "server/setting_values.hpp"
#include "shared/scoreboard.hpp"

namespace ekiden::server {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kDay = std::chrono::milliseconds(24h).count();
constexpr std::uint64_t kMebi = 1U << 20;

template <class Value>
std::uint64_t to_number(const Value& value) {
  if constexpr (requires { value.count(); }) {
    return static_cast<std::uint64_t>(value.count());
  } else {
    return static_cast<std::uint64_t>(value);
  }
}

/// A setting whose value is the member that the stateless `Member` finds in a Settings.
template <class Member>
constexpr Setting setting(std::string_view name, std::string_view short_name,
                          std::string_view group, SettingKind kind, std::uint64_t least,
                          std::uint64_t most, std::string_view text, Member,
                          Special special = Special::none, std::string_view dash = {}) {
  return {name,
          short_name,
          group,
          kind,
          least,
          most,
          text,
          [](const Settings& settings) { return to_number(Member{}(settings)); },
          [](Settings& settings, std::uint64_t value) {
            using Value = std::remove_reference_t<decltype(Member{}(settings))>;
            Member{}(settings) = static_cast<Value>(value);
          },
          special,
          dash};
}

constexpr std::string_view kDevTools = "Dev tools";

/// One of Dash's dev tools; `dash` is its name there, as in DASH_UI.
template <class Member>
constexpr Setting dev_tool(std::string_view name, std::string_view dash, SettingKind kind,
                           std::uint64_t least, std::uint64_t most, std::string_view text,
                           Member member) {
  return setting(name, "", kDevTools, kind, least, most, text, member, Special::none, dash);
}

/// A setting whose value is a text, the member that the stateless `Member` finds in a Settings.
template <class Member>
constexpr Setting text_setting(std::string_view name, std::string_view group, SettingKind kind,
                               std::string_view text, Member) {
  Setting one{name, "", group, kind, 0, 0, text, nullptr, nullptr};
  one.get_text = [](const Settings& settings) -> const std::string& { return Member{}(settings); };
  one.set_text = [](Settings& settings, std::string value) {
    Member{}(settings) = std::move(value);
  };
  return one;
}

constexpr Setting with_short(Setting setting, std::string_view short_name) {
  setting.short_name = short_name;
  return setting;
}

constexpr std::string_view kServer = "Server";
constexpr std::string_view kProcess = "Processes";
constexpr std::string_view kTls = "TLS";
constexpr std::string_view kCache = "Cache";
constexpr std::string_view kLogs = "Logs";
constexpr std::string_view kTimes = "Times, in seconds";
constexpr std::string_view kLimits = "Limits";

using enum SettingKind;

const std::array kSettings{
    Setting{"bind", "b", kServer, addresses, 0, 0,
            "Where to listen: ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH. Repeatable.", nullptr,
            nullptr},
    text_setting(
        "admin-bind", kServer, SettingKind::text,
        "Where /livez, /readyz, /metrics and /status are, as --bind says it. Empty: nowhere.",
        [](auto& s) -> auto& { return s.admin_bind; }),
    Setting{"proxy", "", kServer, SettingKind::proxy, 0, 0,
            "What a proxy makes of the server's URL; said at the start, nothing else.", nullptr,
            nullptr, Special::none, "PROXY"},
    text_setting(
        "forwarded-allow-ips", kServer, SettingKind::peers,
        "Proxies whose X-Forwarded-* and X-Request-Id headers are believed; unix: always.",
        [](auto& s) -> auto& { return s.worker.forwarded_allow_ips; }),
    setting(
        "proxy-protocol", "", kServer, SettingKind::proxy_protocol, 0, 3,
        "Connections begin with a PROXY protocol header, which names the client. Alone: auto.",
        [](auto& s) -> auto& { return s.worker.proxy_protocol; }),
    text_setting(
        "proxy-allow-from", kServer, SettingKind::peers,
        "Who may connect then; others are refused. unix: always.",
        [](auto& s) -> auto& { return s.worker.proxy_allow_from; }),
    Setting{"control-socket", "", kServer, SettingKind::socket, 0, 0,
            "Unix socket for `ekiden cache`; auto: a file in the user's runtime folder.", nullptr,
            nullptr},
    setting(
        "workers", "w", kServer, count, 0, shared::kMaxWorkers / 2,
        "Worker processes. 0: one process that loads and serves, for debuggers.",
        [](auto& s) -> auto& { return s.workers; }, Special::automatic),
    setting(
        "threads", "", kServer, count, 1, 256, "Callback threads of each worker.",
        [](auto& s) -> auto& { return s.worker.threads; }, Special::automatic),
    setting(
        "debug", "", kServer, flag, 0, 1, "Switch Dash's dev tools on; never in public.",
        [](auto& s) -> auto& { return s.worker.debug; }),
    setting(
        "reload", "", kServer, flag, 0, 1,
        "For development: build the app when its sources change, and load it.",
        [](auto& s) -> auto& { return s.reload; }),
    text_setting(
        "reload-build-dir", kServer, SettingKind::text,
        "CMake build folder for --reload; auto: the one that the module lies in.",
        [](auto& s) -> auto& { return s.reload_build_dir; }),
    setting(
        "seal", "", kServer, SettingKind::seal, 0, 2,
        "What becomes of a callback's write to globals and to what set-up has made.",
        [](auto& s) -> auto& { return s.worker.seal; }),

    with_short(text_setting(
                   "pid", kProcess, SettingKind::text,
                   "File that holds the master's number while it runs. Empty: none.",
                   [](auto& s) -> auto& { return s.pid_file; }),
               "p"),
    with_short(text_setting(
                   "name", kProcess, SettingKind::text,
                   "What the processes are called: NAME: master, NAME: worker 1.",
                   [](auto& s) -> auto& { return s.name; }),
               "n"),
    text_setting(
        "chdir", kProcess, SettingKind::text, "Folder to go to before anything else. Empty: stay.",
        [](auto& s) -> auto& { return s.chdir; }),
    Setting{"env", "e", kProcess, variables, 0, 0,
            "Variable for the app's environment, NAME=VALUE. Repeatable.", nullptr, nullptr},
    with_short(
        text_setting(
            "user", kProcess, SettingKind::text,
            "Who mold and workers run as, by name or number. Needs root. Empty: as the master.",
            [](auto& s) -> auto& { return s.user; }),
        "u"),
    with_short(
        text_setting(
            "group", kProcess, SettingKind::text, "Their group. Empty: the first one of --user.",
            [](auto& s) -> auto& { return s.group; }),
        "g"),
    with_short(text_setting(
                   "umask", kProcess, SettingKind::octal,
                   "Rights that new files do not get, in octal digits. Empty: as inherited.",
                   [](auto& s) -> auto& { return s.umask; }),
               "m"),

    text_setting(
        "certfile", kTls, SettingKind::text,
        "PEM file with the certificate, then those in between: HTTPS on all --bind. Empty: HTTP.",
        [](auto& s) -> auto& { return s.certfile; }),
    text_setting(
        "keyfile", kTls, SettingKind::text,
        "PEM file with its private key, read as the master's user. Empty: in --certfile.",
        [](auto& s) -> auto& { return s.keyfile; }),

    text_setting(
        "access-logfile", kLogs, SettingKind::text,
        "File that gets a line for each request; -: stdout. Empty: none.",
        [](auto& s) -> auto& { return s.access_logfile; }),
    text_setting(
        "access-logformat", kLogs, SettingKind::text, "Its lines, in gunicorn's notation, or json.",
        [](auto& s) -> auto& { return s.worker.access_log_format; }),
    text_setting(
        "error-logfile", kLogs, SettingKind::text, "File of the log; -: stderr.",
        [](auto& s) -> auto& { return s.error_logfile; }),
    setting(
        "slow-callback", "", kLogs, seconds, 1, kDay,
        "Callbacks that take longer, their wait for a thread included, are logged. 0: none.",
        [](auto& s) -> auto& { return s.worker.slow_callback; }, Special::zero),
    setting(
        "log-level", "", kLogs, level, 0, 4, "What to log.",
        [](auto& s) -> auto& { return s.log_level; }),

    text_setting(
        "cache", kCache, SettingKind::cache,
        "Where results are kept. auto: filesystem with --cache-dir, else shm.",
        [](auto& s) -> auto& { return s.worker.cache.backend; }),
    setting(
        "cache-size", "", kCache, size, 1 * kMebi, 1024 * 1024 * kMebi,
        "Shared memory for results that all workers share.",
        [](auto& s) -> auto& { return s.cache_size; }),
    setting(
        "cache-entries", "", kCache, count, 64, 16'000'000,
        "Results in shared memory at most. 0: as its size allows.",
        [](auto& s) -> auto& { return s.cache_entries; }, Special::zero),
    text_setting(
        "cache-dir", kCache, SettingKind::text,
        "Folder for results that outlive the server; each server its own.",
        [](auto& s) -> auto& { return s.worker.cache.folder; }),
    setting(
        "cache-disk-size", "", kCache, size, 16 * kMebi, 1024 * 1024 * kMebi,
        "What the folder's files may take on disk.",
        [](auto& s) -> auto& { return s.worker.cache.disk_bytes; }),
    setting(
        "cache-default-timeout", "", kCache, seconds, 0, 36500 * kDay,
        "Lifetime of results whose function gives none. 0: for ever.",
        [](auto& s) -> auto& { return s.worker.cache.default_timeout; }),
    text_setting(
        "cache-key-prefix", kCache, SettingKind::text,
        "Before all keys of direct values: apps with one Redis differ in it.",
        [](auto& s) -> auto& { return s.worker.cache.key_prefix; }),

    setting(
        "timeout", "t", kTimes, seconds, 1000, kDay,
        "Age of a worker's heartbeat at which it is killed and replaced. 0: never.",
        [](auto& s) -> auto& { return s.timeout; }, Special::zero),
    setting(
        "request-timeout", "", kTimes, seconds, 1, kDay,
        "How long a callback may take, its wait for a thread included; beyond: 504. 0: any time.",
        [](auto& s) -> auto& { return s.worker.request_timeout; }, Special::zero),
    setting(
        "graceful-timeout", "", kTimes, seconds, 0, kDay,
        "How long workers may finish what they do when they are to leave.",
        [](auto& s) -> auto& { return s.worker.graceful_timeout; }),
    setting(
        "drain-delay", "", kTimes, seconds, 0, kDay,
        "How long a server that is told to finish is not ready, and still takes connections.",
        [](auto& s) -> auto& { return s.drain_delay; }),
    setting(
        "load-timeout", "", kTimes, seconds, 0, kDay,
        "How long the app's set-up may take. 0: any time.",
        [](auto& s) -> auto& { return s.load_timeout; }),
    setting(
        "keep-generation", "", kTimes, seconds, 0, kDay,
        "How long the generation before is kept for `ekiden ctl rollback`. 0: not at all.",
        [](auto& s) -> auto& { return s.keep_generation; }),
    setting(
        "keep-alive", "", kTimes, seconds, 0, kDay,
        "How long an idle connection stays open. Keep it above the proxy's.",
        [](auto& s) -> auto& { return s.worker.keep_alive; }),
    setting(
        "header-timeout", "", kTimes, seconds, 1, kDay,
        "How long a client may take to send a request's headers.",
        [](auto& s) -> auto& { return s.worker.header_timeout; }),
    setting(
        "body-timeout", "", kTimes, seconds, 1, kDay,
        "How long a client may take to send a request's body.",
        [](auto& s) -> auto& { return s.worker.body_timeout; }),
    setting(
        "write-timeout", "", kTimes, seconds, 1, kDay,
        "How long a client may take to read a response.",
        [](auto& s) -> auto& { return s.worker.write_timeout; }),

    setting(
        "short-callback-us", "", kLimits, count, 1, 100'000,
        "Callbacks that always take less, in microseconds, are run without a hand-over to a "
        "thread. "
        "0: none.",
        [](auto& s) -> auto& { return s.worker.short_callback; }, Special::zero),
    setting(
        "queue-limit", "", kLimits, count, 0, 1'000'000,
        "Callbacks of a worker that wait for a thread; beyond: 503.",
        [](auto& s) -> auto& { return s.worker.queue_limit; }),
    setting(
        "worker-connections", "", kLimits, count, 1, 1'000'000, "Open connections of a worker.",
        [](auto& s) -> auto& { return s.worker.max_connections; }),
    setting(
        "max-requests", "", kLimits, count, 1, 1'000'000'000,
        "Requests after which a worker is replaced, successor first. 0: never.",
        [](auto& s) -> auto& { return s.worker.max_requests; }, Special::zero),
    setting(
        "max-requests-jitter", "", kLimits, count, 0, 1'000'000'000,
        "At most so many requests more, drawn by each worker, lest all are replaced at once.",
        [](auto& s) -> auto& { return s.worker.max_requests_jitter; }),
    setting(
        "max-worker-memory", "", kLimits, size, 4 * kMebi, 1024 * 1024 * kMebi,
        "Memory of its own at which a worker is replaced, successor first. 0: never.",
        [](auto& s) -> auto& { return s.worker.max_memory; }, Special::zero),
    setting(
        "backlog", "", kLimits, count, 1, 65535,
        "Connections that wait to be accepted; net.core.somaxconn may cap it.",
        [](auto& s) -> auto& { return s.backlog; }),
    setting(
        "limit-request-line", "", kLimits, size, 64, kMebi, "Bytes of a request line; beyond: 414.",
        [](auto& s) -> auto& { return s.worker.max_request_line; }),
    setting(
        "limit-request-headers", "", kLimits, size, 256, 16 * kMebi,
        "Bytes of all headers of a request; beyond: 431.",
        [](auto& s) -> auto& { return s.worker.max_header_bytes; }),
    setting(
        "limit-request-fields", "", kLimits, count, 1, 32768, "Headers of a request; beyond: 431.",
        [](auto& s) -> auto& { return s.worker.max_header_count; }),
    setting(
        "limit-request-body", "", kLimits, size, 0, 4096 * kMebi,
        "Bytes of a request's body; beyond: 413.",
        [](auto& s) -> auto& { return s.worker.max_body_bytes; }),
    setting(
        "compress-min-size", "", kLimits, size, 1, 1024 * kMebi,
        "Answers from which on an app that has app.compress(true) compresses them. 0: none.",
        [](auto& s) -> auto& { return s.worker.compress_min_bytes; }, Special::zero),
    text_setting(
        "tmp-upload-dir", kLimits, SettingKind::text,
        "Folder for bodies from 16M on, which are not kept in memory. Empty: TMPDIR, or else /tmp.",
        [](auto& s) -> auto& { return s.worker.tmp_upload_dir; }),

    dev_tool(
        "dev-tools-ui", "UI", toggle, 0, 1, "The menu in the page, and errors of callbacks.",
        [](auto& s) -> auto& { return s.worker.dev_tools.ui; }),
    dev_tool(
        "dev-tools-props-check", "PROPS_CHECK", toggle, 0, 1,
        "The page checks the types of all properties.",
        [](auto& s) -> auto& { return s.worker.dev_tools.props_check; }),
    dev_tool(
        "dev-tools-serve-dev-bundles", "SERVE_DEV_BUNDLES", toggle, 0, 1,
        "The page loads development builds of Dash's scripts.",
        [](auto& s) -> auto& { return s.worker.dev_tools.serve_dev_bundles; }),
    dev_tool(
        "dev-tools-hot-reload", "HOT_RELOAD", toggle, 0, 1,
        "Changed assets and a changed module are loaded, and open pages follow.",
        [](auto& s) -> auto& { return s.worker.dev_tools.hot_reload; }),
    dev_tool(
        "dev-tools-hot-reload-interval", "HOT_RELOAD_INTERVAL", seconds, 10, kDay,
        "How often a page asks whether something was reloaded.",
        [](auto& s) -> auto& { return s.worker.dev_tools.hot_reload_interval; }),
    dev_tool(
        "dev-tools-hot-reload-watch-interval", "HOT_RELOAD_WATCH_INTERVAL", seconds, 10, kDay,
        "How often the server looks for changed files.",
        [](auto& s) -> auto& { return s.worker.dev_tools.hot_reload_watch_interval; }),
    dev_tool(
        "dev-tools-hot-reload-max-retry", "HOT_RELOAD_MAX_RETRY", count, 0, 1'000'000,
        "Answers of status 500 after which a page stops to ask.",
        [](auto& s) -> auto& { return s.worker.dev_tools.hot_reload_max_retry; }),
    dev_tool(
        "dev-tools-silence-routes-logging", "SILENCE_ROUTES_LOGGING", toggle, 0, 1,
        "No line in the log for each request.",
        [](auto& s) -> auto& { return s.worker.dev_tools.silence_routes_logging; }),
    dev_tool(
        "dev-tools-prune-errors", "PRUNE_ERRORS", toggle, 0, 1,
        "Errors show the app's own functions only.",
        [](auto& s) -> auto& { return s.worker.dev_tools.prune_errors; }),
    dev_tool(
        "dev-tools-validate-callbacks", "VALIDATE_CALLBACKS", toggle, 0, 1,
        "The page checks how callbacks depend on each other.",
        [](auto& s) -> auto& { return s.worker.dev_tools.validate_callbacks; }),
    dev_tool(
        "dev-tools-disable-version-check", "DISABLE_VERSION_CHECK", toggle, 0, 1,
        "The page does not ask Plotly whether there is a newer Dash.",
        [](auto& s) -> auto& { return s.worker.dev_tools.disable_version_check; }),
};

}  // namespace

std::span<const Setting> all_settings() { return kSettings; }

const Setting* find_setting(std::string_view name) {
  const auto found = std::find_if(kSettings.begin(), kSettings.end(),
                                  [name](const Setting& one) { return one.name == name; });
  return found == kSettings.end() ? nullptr : &*found;
}

namespace {

/// As TOML has it: 'as it is' where that can be, else with escapes.
std::string toml_text(std::string_view text) {
  if (text.find_first_of("'\n\r\t") == text.npos && text.find_first_of("\"\\") != text.npos) {
    return fmt::format("'{}'", text);
  }
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string in_file(const Setting& setting, const Settings& settings) {
  const std::string value = setting.value_in(settings);
  switch (setting.kind) {
    case addresses:
    case variables: {
      std::vector<std::string> list;
      for (const auto& one : setting.kind == addresses ? settings.bind : settings.env) {
        list.push_back(toml_text(one));
      }
      return fmt::format("[{}]", fmt::join(list, ", "));
    }
    case count:
    case seconds:
    case flag:
      return value;
    case toggle:
      return value == "true" || value == "false" ? value : toml_text(value);
    default:
      return toml_text(value);
  }
}

}  // namespace

std::string print_config(const Settings& settings) {
  std::string text;
  for (const Setting& one : kSettings) {
    const auto origin = settings.origins.find(one.name);
    text += fmt::format("{} = {}  # {}\n", one.name, in_file(one, settings),
                        origin == settings.origins.end() ? "default" : origin->second);
  }
  return text;
}

std::string settings_table() {
  std::string table =
      "| command line | environment | default | allowed | what it does |\n"
      "|---|---|---|---|---|\n";
  for (const Setting& one : kSettings) {
    const std::string short_flag =
        one.short_name.empty() ? "" : fmt::format("`-{}` ", one.short_name);
    const char* no = one.kind == toggle || one.kind == SettingKind::socket ? "[no-]" : "";
    table += fmt::format("| {}`--{}{}` | `{}` | {} | {} | {} |\n", short_flag, no, one.name,
                         one.environment_name(), one.default_value(), one.allowed(), one.text);
  }
  return table;
}

}  // namespace ekiden::server
