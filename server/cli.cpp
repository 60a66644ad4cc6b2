// SPDX-License-Identifier: MIT
#include "server/cli.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <fstream>

#include "server/cache_setting.hpp"
#include "server/setting_values.hpp"
#include "shared/nearest_name.hpp"

namespace ekiden::server {
namespace {

constexpr const char* kVersion = EKIDEN_VERSION;
constexpr const char* kTools[] = {"cache", "ctl", "apps", "doctor"};
constexpr const char* kCommandLine = "command line";
constexpr const char* kArgumentsVariable = "EKIDEN_CMD_ARGS";
constexpr const char* kReserved[] = {"new"};

/// CLI11 lets APP look optional and repeatable, since we check it ourselves.
std::string help(const CLI::App& program) {
  std::string text = program.help();
  for (const std::string_view odd : {"[APP...]", "APP ..."}) {
    if (const std::size_t at = text.find(odd); at != std::string::npos) {
      text.replace(at, odd.size(), odd[0] == '[' ? "APP" : "APP    ");
    }
  }
  return text;
}

/// One line on what is wrong; becomes the Answer.
struct UsageError {
  std::string text;
};

using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What the command line says, before any value is looked at.
struct Arguments {
  Values values;
  std::vector<std::string> positional;
  std::string config;
  bool version = false, table = false, check_config = false, print_config = false;
  std::vector<std::string> notes;
};

std::string help_text(const Setting& setting) {
  const std::string allowed =
      setting.value_name().empty() ? "" : fmt::format(" ({})", setting.allowed());
  const std::string otherwise = setting.default_value();
  if (otherwise.empty()) return fmt::format("{}{}", setting.text, allowed);
  return fmt::format("{}{} Default: {}.", setting.text, allowed, otherwise);
}

std::string flags_of(const Setting& setting) {
  const std::string short_flag =
      setting.short_name.empty() ? "" : fmt::format("-{},", setting.short_name);
  return fmt::format("{}--{}", short_flag, setting.name);
}

void declare(CLI::App& program, const Setting& setting, Arguments& into) {
  const std::string name(setting.name);
  CLI::Option* option = nullptr;
  if (setting.kind == SettingKind::flag) {
    option = program.add_flag_callback(flags_of(setting),
                                       [&into, name] { into.values[name] = {"true"}; });
  } else if (setting.kind == SettingKind::toggle) {
    const auto say = [&into, name](const char* value) {
      return [&into, name, value] { into.values[name] = {value}; };
    };
    option = program.add_flag_callback(flags_of(setting), say("true"));
    program.add_flag_callback("--no-" + name, say("false"), "The opposite.")
        ->group(std::string(setting.group));
  } else {
    option = program.add_option_function<std::vector<std::string>>(
        flags_of(setting),
        [&into, name](const std::vector<std::string>& values) { into.values[name] = values; });
    option->allow_extra_args(false)->type_name(std::string(setting.value_name()));
    if (!setting.repeatable()) {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
    if (setting.kind == SettingKind::socket) {
      program
          .add_flag_callback(
              "--no-" + name, [&into, name] { into.values[name] = {""}; }, "None.")
          ->group(std::string(setting.group));
    }
  }
  option->description(help_text(setting))->group(std::string(setting.group));
}

/// Options of gunicorn's that a command line may bring along, and that change nothing here.
void declare_gunicorns(CLI::App& program, Arguments& into) {
  const auto note = [&into](std::string option, std::string why) {
    into.notes.push_back(fmt::format("{} has no effect: {}", option, why));
  };
  program
      .add_flag_callback(
          "--preload",
          [note] { note("--preload", "the app is always loaded once, before workers are forked"); })
      ->group("");
  program
      .add_option_function<std::string>("--worker-tmp-dir",
                                        [note](const std::string&) {
                                          note("--worker-tmp-dir",
                                               "heartbeats are in shared memory");
                                        })
      ->group("");
  program
      .add_option_function<std::string>(
          "-k,--worker-class",
          [note](const std::string& given) {
            if (given != "sync" && given != "gthread") {
              throw UsageError{fmt::format(
                  "--worker-class {}: there is one kind of worker; leave the option out", given)};
            }
            note("--worker-class",
                 "there is one kind of worker; --threads says how many threads it has");
          })
      ->group("");
  program
      .add_option_function<std::string>(
          "--log-file",
          [&into](const std::string& given) { into.values["error-logfile"] = {given}; })
      ->group("");
}

void declare_all(CLI::App& program, Arguments& into) {
  program.name("ekiden");
  program.description("Serves a Dash app from a pool of worker processes.");
  program.footer(
      "`ekiden apps`: the apps that there are.\n"
      "`ekiden cache --help`: look into the cache of a running server.\n"
      "`ekiden ctl --help`: observe, reload and scale a running server.\n"
      "`ekiden doctor URL`: check a deployment from outside.\n"
      "A longer description is in server/README.md.");
  program.set_help_flag("-h,--help", "Print this and exit.");
  program.get_formatter()->column_width(34);
  for (const Setting& setting : all_settings()) declare(program, setting, into);
  program.add_option("-c,--config", into.config, "TOML file: keys are the long names of options.")
      ->type_name("FILE")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->group("Server");
  program
      .add_flag("--check-config", into.check_config,
                "Load the app, say what is wrong or may not be meant, and exit.")
      ->group("Server");
  program
      .add_flag("--print-config", into.print_config,
                "Print the settings and where each comes from, then as --check-config.")
      ->group("Server");
  declare_gunicorns(program, into);
  program.add_flag("--version", into.version, "Print the version and exit.");
  program.add_flag("--settings-table", into.table)->group("");
  program.add_option("APP", into.positional, "Name or path of the app's module.")->type_name("");
  program.allow_extras();
}

std::string meant(const std::string& flag) {
  std::vector<std::string> known{"--check-config", "--config", "--help", "--print-config",
                                 "--version"};
  for (const Setting& setting : all_settings()) {
    known.push_back(fmt::format("--{}", setting.name));
    if (setting.kind == SettingKind::toggle || setting.kind == SettingKind::socket) {
      known.push_back(fmt::format("--no-{}", setting.name));
    }
  }
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const std::string_view near =
      shared::nearest_name(std::string_view(flag).substr(0, flag.find('=')), candidates);
  return near.empty() ? "" : fmt::format("did you mean {}? ", near);
}

void check_words(const CLI::App& program, const Arguments& arguments) {
  for (const std::string& word : program.remaining()) {
    if (word.size() > 1 && word[0] == '-') {
      throw UsageError{fmt::format("unknown option {} ({}--help lists all)", word, meant(word))};
    }
  }
  if (arguments.version || arguments.table) return;
  if (arguments.print_config && arguments.positional.empty()) return;
  const auto& words = arguments.positional;
  if (words.empty()) throw UsageError{"no APP given: ekiden [OPTIONS] APP (see --help)"};
  if (std::count(std::begin(kTools), std::end(kTools), words.front()) > 0) {
    throw UsageError{
        fmt::format("'{0}' is a subcommand and must come first: ekiden {0} --help; an app of that "
                    "name runs as ekiden ./{0}.so",
                    words.front())};
  }
  if (std::count(std::begin(kReserved), std::end(kReserved), words.front()) > 0) {
    throw UsageError{fmt::format(
        "'{0}' is reserved for a subcommand that is not available yet; an app of that name runs as "
        "ekiden ./{0}.so",
        words.front())};
  }
  if (words.size() > 1) {
    throw UsageError{
        fmt::format("unexpected argument '{}': one APP only, and '{}' is it", words[1], words[0])};
  }
}

/// Whether an option that may stand alone does: the app's name may follow it.
bool stands_alone(const std::string& option, const std::string& next) {
  const Setting* const setting =
      option.starts_with("--") ? find_setting(option.substr(2)) : nullptr;
  Settings ignored;
  return setting != nullptr && !setting->value_alone().empty() && !setting->parse({next}, ignored);
}

void complete(std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!stands_alone(words[i], i + 1 < words.size() ? words[i + 1] : "")) continue;
    words[i] += fmt::format("={}", find_setting(words[i].substr(2))->value_alone());
  }
}

void parse_arguments(CLI::App& program, std::vector<std::string> words) {
  try {
    complete(words);
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    program.parse(std::move(words));
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();
    throw UsageError{fmt::format("{}: its value is missing", text.substr(0, text.find(':')))};
  }
}

[[noreturn]] void reject(const Setting& setting, const std::vector<std::string>& values,
                         std::string_view given_as) {
  std::string list;
  for (const auto& value : values) list += (list.empty() ? "" : " ") + value;
  throw UsageError{fmt::format("{}{}: not allowed ({})", given_as, list, setting.refusal(values))};
}

Values read_config(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw UsageError{fmt::format("--config {}: cannot be read", path)};
  Values values;
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_config(file);
  } catch (const CLI::Error& error) {
    throw UsageError{fmt::format("--config {}: {}", path, error.what())};
  }
  for (const CLI::ConfigItem& item : items) {
    if (!item.parents.empty()) {
      throw UsageError{fmt::format("--config {}: unknown section [{}] (settings are in none)", path,
                                   item.parents.front())};
    }
    const Setting* setting = find_setting(item.name);
    if (setting == nullptr) {
      const std::string near = meant("--" + item.name);
      throw UsageError{fmt::format("--config {}: unknown setting '{}'{}", path, item.name,
                                   near.empty() ? "" : fmt::format(" ({})", near))};
    }
    auto& into = values[item.name];
    if (!setting->repeatable()) into.clear();
    into.insert(into.end(), item.inputs.begin(), item.inputs.end());
  }
  return values;
}

std::string value_of(const Environment& environment, const char* variable) {
  const auto found = environment.find(variable);
  return found == environment.end() ? "" : found->second;
}

/// HOST, as Dash reads it: not inside a conda environment, where it names the machine's kind. An
/// IPv6 address gets its brackets. Empty: no word on it.
std::string host_of(const Environment& environment) {
  if (!value_of(environment, "CONDA_PREFIX").empty()) return {};
  const std::string host = value_of(environment, "HOST");
  return host.find(':') == std::string::npos || host[0] == '[' ? host : "[" + host + "]";
}

/// HOST, PORT and WEB_CONCURRENCY, as hosting platforms set them, and DASH_DEBUG change defaults.
void apply_platform(const Environment& environment, Settings& settings) {
  const auto apply = [&](const char* variable, const char* name, const std::string& prefix) {
    const auto found = environment.find(variable);
    if (found == environment.end() || found->second.empty()) return;
    const Setting& setting = *find_setting(name);
    if (!setting.parse({prefix + found->second}, settings)) {
      reject(setting, {found->second}, fmt::format("{}=", variable));
    }
    settings.origins[name] = variable;
  };
  const std::string host = host_of(environment);
  apply("PORT", "bind", (host.empty() ? "0.0.0.0" : host) + ":");
  if (!host.empty() && value_of(environment, "PORT").empty()) {
    const Setting& bind = *find_setting("bind");
    if (!bind.parse({host + ":8050"}, settings)) reject(bind, {host}, "HOST=");
    settings.origins["bind"] = "HOST";
  }
  apply("WEB_CONCURRENCY", "workers", "");
  apply("DASH_DEBUG", "debug", "");
}

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  return words;
}

/// The setting's variable. Dash's own may be in small letters too.
Environment::const_iterator find_variable(const Environment& environment, const Setting& setting) {
  std::string name = setting.environment_name();
  const auto found = environment.find(name);
  if (found != environment.end() || setting.dash.empty()) return found;
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return environment.find(name);
}

/// Flask-Caching's own variables; ours beat them.
void apply_cache_variables(const Environment& environment, Settings& settings) {
  for (const CacheVariable& one : cache_variables(environment)) {
    const Setting& setting = *find_setting(one.setting);
    if (!setting.parse({one.value}, settings)) reject(setting, {one.given}, one.variable + "=");
    settings.origins[std::string(setting.name)] = one.variable;
  }
}

/// gunicorn's own variable; ours beats it. There, too, an empty one means nobody.
void apply_trusted_proxies(const Environment& environment, Settings& settings) {
  const auto found = environment.find("FORWARDED_ALLOW_IPS");
  if (found == environment.end()) return;
  const Setting& setting = *find_setting("forwarded-allow-ips");
  if (!setting.parse({found->second}, settings))
    reject(setting, {found->second}, "FORWARDED_ALLOW_IPS=");
  settings.origins[std::string(setting.name)] = found->first;
}

void apply_environment(const Environment& environment, Settings& settings) {
  apply_cache_variables(environment, settings);
  apply_trusted_proxies(environment, settings);
  for (const Setting& setting : all_settings()) {
    const auto found = find_variable(environment, setting);
    if (found == environment.end() || found->second.empty()) continue;
    const auto values =
        setting.repeatable() ? split_words(found->second) : std::vector<std::string>{found->second};
    if (!setting.parse(values, settings)) reject(setting, values, found->first + "=");
    settings.origins[std::string(setting.name)] = found->first;
  }
}

/// `origin`: "command line", EKIDEN_CMD_ARGS, or else the name of a file.
void apply(const Values& values, Settings& settings, const std::string& origin) {
  const bool words = origin == kCommandLine || origin == kArgumentsVariable;
  for (const auto& [name, given] : values) {
    const Setting& setting = *find_setting(name);
    if (!setting.parse(given, settings)) {
      reject(setting, given,
             words ? fmt::format("--{} ", name) : fmt::format("--config {}: {} = ", origin, name));
    }
    settings.origins[name] = origin;
  }
}

/// The words of a command line as a shell splits them: blanks, both kinds of quotes, backslashes.
std::vector<std::string> shell_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool begun = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      begun = true;
    } else if (quote != 0 ? c == quote : c == '"' || c == '\'') {
      quote = quote != 0 ? '\0' : c;
      begun = true;
    } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (begun) words.push_back(std::exchange(word, ""));
      begun = false;
    } else {
      word += c;
      begun = true;
    }
  }
  if (quote != 0) throw UsageError{fmt::format("{}: a quote is not closed", kArgumentsVariable)};
  if (begun) words.push_back(word);
  return words;
}

/// Further options, as gunicorn has them in GUNICORN_CMD_ARGS.
Arguments arguments_of(const Environment& environment) {
  Arguments arguments;
  const std::vector<std::string> words = shell_words(value_of(environment, kArgumentsVariable));
  if (words.empty()) return arguments;  // to declare all options takes a millisecond
  CLI::App program;
  declare_all(program, arguments);
  parse_arguments(program, words);
  for (const std::string& word : program.remaining()) {
    throw UsageError{fmt::format("{}: unknown option {} ({}--help lists all)", kArgumentsVariable,
                                 word, meant(word))};
  }
  if (!arguments.positional.empty()) {
    throw UsageError{fmt::format("{}: '{}' is no option; the app is named on the command line",
                                 kArgumentsVariable, arguments.positional.front())};
  }
  return arguments;
}

/// What --reload brings along. A page cannot be told at once, as its question does not say what it
/// knows, so it asks more often.
void set_for_development(Settings& settings) {
  using namespace std::chrono_literals;
  shared::DevTools& tools = settings.worker.dev_tools;
  if (tools.hot_reload == shared::Switch::as_debug) tools.hot_reload = shared::Switch::on;
  const bool own_interval = settings.origins.contains("dev-tools-hot-reload-interval");
  if (!own_interval) tools.hot_reload_interval = 250ms;
  if (settings.workers == 0) {
    settings.notes.push_back("--reload has no effect: with --workers 0 there is nobody to reload");
  }
}

Settings resolve(const Arguments& arguments, const Environment& environment) {
  const Arguments more = arguments_of(environment);
  std::string file = arguments.config.empty() ? more.config : arguments.config;
  if (file.empty()) file = value_of(environment, "EKIDEN_CONFIG");
  Settings settings;
  apply_platform(environment, settings);
  if (!file.empty()) apply(read_config(file), settings, file);
  apply_environment(environment, settings);
  apply(more.values, settings, kArgumentsVariable);
  apply(arguments.values, settings, kCommandLine);
  if (!arguments.positional.empty()) settings.app = arguments.positional.front();
  settings.print_config = arguments.print_config || more.print_config;
  settings.check_config = arguments.check_config || more.check_config;
  settings.notes = more.notes;
  settings.notes.insert(settings.notes.end(), arguments.notes.begin(), arguments.notes.end());
  const std::string clash = why_not_together(settings.worker.cache);
  if (!clash.empty()) throw UsageError{clash};
  if (settings.reload) set_for_development(settings);
  return settings;
}

}  // namespace

Environment environment_variables() {
  Environment variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

std::variant<Settings, Answer> parse_command_line(const std::vector<std::string>& words,
                                                  const Environment& environment) {
  CLI::App program;
  Arguments arguments;
  declare_all(program, arguments);
  try {
    parse_arguments(program, words);
    check_words(program, arguments);
    if (arguments.version) return Answer{kDone, fmt::format("ekiden {}\n", kVersion)};
    if (arguments.table) return Answer{kDone, settings_table()};
    return resolve(arguments, environment);
  } catch (const CLI::CallForHelp&) {
    return Answer{kDone, help(program)};
  } catch (const CLI::Error& error) {
    return Answer{kUsageError, fmt::format("ekiden: {}\n", error.what())};
  } catch (const UsageError& error) {
    return Answer{kUsageError, fmt::format("ekiden: {}\n", error.text)};
  }
}

}  // namespace ekiden::server
