// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <ekiden/callback.hpp>
#include <ekiden/context.hpp>
#include <ekiden/http.hpp>
#include <ekiden/module.hpp>
#include <ekiden/page.hpp>
#include <ekiden/properties.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ekiden {

class Cache;

namespace worker {
struct AppDefinition;
struct CallbackDefinition;
}  // namespace worker

/// One application: its layout, callbacks and settings. Filled in by EKIDEN_APP, once, before
/// anything is served; read-only from then on.
///
/// Thread safety: none needed; set-up has one thread. Errors: what is wrong with a call alone does
/// not compile or throws Error; what needs the whole (unknown ids, duplicate ids) is checked when
/// set-up is over.
class App {
 public:
  App();
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// What the page shows: a component, or a list of them. Must be called.
  App& layout(Children layout);
  /// The same, made anew for each page load: `app.layout([] { return html::Div(…); })`. It is
  /// called once in set-up, for the checks.
  template <class F>
  requires std::invocable<F&> App& layout(F function) {
    static_assert(std::invocable<const F&>,
                  "layout: the function must not modify anything outside its scope, so remove "
                  "'mutable' from it");
    static_assert(std::convertible_to<std::invoke_result_t<F&>, Children>,
                  "layout: the function must return a component, or a list of components");
    if constexpr (std::invocable<const F&> &&
                  std::convertible_to<std::invoke_result_t<F&>, Children>) {
      set_layout([function = std::move(function)] { return Json(Children(function())); });
    }
    return *this;
  }

  /// A layout with all ids that callbacks may name, shown nowhere: callbacks are checked against it
  /// instead of the layout, for pages that are put together later.
  App& validation_layout(Children layout);

  /// Title of the browser's tab. Default: "Dash".
  App& title(std::string title);
  /// Title while callbacks run; empty: no change. Default: "Updating...".
  App& update_title(std::string title);
  /// Stylesheets and scripts that the page loads before the app's own assets.
  App& external_stylesheets(std::vector<PageResource> stylesheets);
  App& external_scripts(std::vector<PageResource> scripts);
  /// Attributes of meta elements: `app.meta_tags({{{"name", "author"}, {"content", "…"}}})`.
  /// Charset, viewport and X-UA-Compatible have defaults.
  App& meta_tags(std::vector<Attributes> tags);
  /// The index page, with `{%metas%}`, `{%title%}`, `{%favicon%}`, `{%css%}`, `{%app_entry%}`,
  /// `{%config%}`, `{%scripts%}` and `{%renderer%}` where its parts are to stand. Throws Error if
  /// app_entry, config or scripts is missing.
  App& index_string(std::string page);
  /// A function that puts the page together from its parts, called once when set-up is over.
  App& interpolate_index(std::function<std::string(const IndexParts&)> function);
  /// JavaScript around the renderer's requests: `app.hooks({.request_pre = "(body) => …"})`.
  App& hooks(RendererHooks hooks);
  /// Buttons in the page that undo and redo what the user did.
  App& show_undo_redo(bool show = true);
  /// Loads all parts of the component libraries with the page, not when they are first used.
  App& eager_loading(bool eager = true);
  /// Files and folders whose change loads the app again, as that of its module and assets does:
  /// under --debug, with hot reload.
  App& extra_hot_reload_paths(std::vector<std::string> paths);
  /// Compresses the answers of callbacks and of a layout function, too, from --compress-min-size
  /// on, by brotli or gzip as the browser takes it; what does not change is compressed once and in
  /// any case. Default: false, or what DASH_COMPRESS says. A proxy that compresses, too, lets pass
  /// what is compressed already.
  ///
  /// Over TLS the size of a response is all that an eavesdropper sees of it. If an answer holds a
  /// secret (a token, another's data) and beside it what a stranger can have the browser send (a
  /// text of the URL), then its compressed size tells bit by bit where both agree: the attack
  /// BREACH. Such an app must not compress.
  App& compress(bool compress = true);
  /// False: pages load Dash's scripts from unpkg.com and cdn.plot.ly instead of this server.
  App& serve_locally(bool local);
  /// False: scripts and stylesheets of the assets folder are served but not put in the page.
  App& include_assets_files(bool include);
  /// Regular expressions (ECMAScript): files whose name, or a folder of whose path, has a match
  /// are served but not put in the page.
  App& assets_ignore(std::string pattern);
  App& assets_path_ignore(std::vector<std::string> patterns);
  /// Where the assets folder lies below the prefix. Default: "assets".
  App& assets_url_path(std::string path);
  /// The address of another host that has the assets folder: "https://cdn.example/sales/".
  App& assets_external_path(std::string url);
  /// The cookie whose value each request of the page repeats in a header, for middleware that
  /// checks it. Defaults: "_csrf_token", "X-CSRFToken".
  App& csrf_names(std::string cookie, std::string header);
  /// What a Content-Security-Policy's script-src needs for the page's inline scripts. Call it
  /// after all callbacks and hooks are there. `algorithm` is sha256, sha384 or sha512.
  std::vector<std::string> csp_hashes(std::string_view algorithm = "sha256") const;

  /// Where the app lives on its host, "/sales/": one path for both sides, or, behind a proxy that
  /// cuts a prefix off, what the browser asks for and what the server matches. Default: "/", or
  /// what DASH_URL_BASE_PATHNAME, DASH_REQUESTS_PATHNAME_PREFIX, DASH_ROUTES_PATHNAME_PREFIX and
  /// DASH_APP_NAME say.
  App& url_base_pathname(std::string path);
  App& requests_pathname_prefix(std::string prefix);
  App& routes_pathname_prefix(std::string prefix);
  /// The URL of a file of the assets folder: "logo.png" -> "/sales/assets/logo.png". Like the next
  /// two it reads the prefixes, so set those first.
  std::string get_asset_url(std::string_view path) const;
  /// A path of the app as the browser must ask for it: "/page-2" -> "/sales/page-2". Throws Error
  /// unless it is empty or starts with '/'.
  std::string get_relative_path(std::string_view path) const;
  /// The opposite, without slashes at the ends: "/sales/page-2/" -> "page-2". Throws Error for a
  /// path outside the app.
  std::string strip_relative_path(std::string_view path) const;

  /// A route of the app's own: `app.route("GET", "/report.csv", [](const HttpRequest&) { … })`,
  /// below the prefix; a path that ends in "/*" is for all below it, GET is for HEAD too. Handlers
  /// run on callback threads, with the same rules as callbacks.
  template <class F>
  App& route(std::string method, std::string path, F handler) {
    static_assert(std::is_invocable_r_v<HttpResponse, const F&, const HttpRequest&>,
                  "route: the handler must take a const HttpRequest&, return a HttpResponse, and "
                  "modify nothing outside its scope");
    return add_route(std::move(method), std::move(path), std::move(handler));
  }
  /// Asked before every request except the health endpoint's; what it returns is the answer
  /// instead of the route's, nullopt lets the request pass:
  ///
  ///     app.before_request([](const HttpRequest& request) -> std::optional<HttpResponse> {
  ///       if (is_valid(request.header("Authorization"))) return std::nullopt;
  ///       return HttpResponse{.status = 401, .body = "JWT Expired"};
  ///     });
  ///
  /// With a filter, no request is answered without a callback thread.
  template <class F>
  App& before_request(F filter) {
    static_assert(std::is_invocable_r_v<std::optional<HttpResponse>, const F&, const HttpRequest&>,
                  "before_request: the filter must take a const HttpRequest&, return a "
                  "std::optional<HttpResponse>, and modify nothing outside its scope");
    return add_filter(std::move(filter));
  }
  /// Headers for all responses of the app's routes that do not have them already.
  App& default_headers(Attributes headers);
  /// A route that answers "OK" while the worker runs, for load balancers: "/health".
  App& health_endpoint(std::string path);

  /// Allows callbacks on ids that the layout does not have when set-up ends.
  App& suppress_callback_exceptions(bool suppress = true);
  /// What happens when a callback throws that has no CallbackOptions::on_error of its own.
  App& on_error(ErrorHandler handler);
  /// Callbacks are left out of the dev tools' callback graph, unless their own options say
  /// otherwise.
  App& hide_all_callbacks(bool hide = true);
  /// Callbacks do not run when the page is loaded, unless their own options say otherwise.
  App& prevent_initial_callbacks(PreventInitialCall prevent = true);

  /// Registers a callback: outputs, then Inputs and States in any order, then the handler, whose
  /// parameters are their values and whose result is the outputs' new value:
  ///
  ///     app.callback(Output{"graph", "figure"}, Input{"dropdown", "value"},
  ///                  [](std::string city) { return population_figure(city); });
  ///
  /// Several outputs stand in braces, `{Output{…}, Output{…}}`; the handler then returns a
  /// std::tuple. Without outputs it returns nothing. Where an id is a Pattern that stands for any
  /// number of components, the parameter, or the value returned, is a std::vector. See FromJson for
  /// the parameters, Writable and Update for the results, and CallbackOptions.
  ///
  /// The handler is called by several threads of several processes: it must be callable as const,
  /// and must not modify anything outside its scope. If it throws PreventUpdate the outputs keep
  /// their values; any other exception is reported in the log and the browser.
  ///
  /// `<ekiden/grouping.hpp>` has arguments and outputs that are the members of a struct.
  template <class... Parts>
  App& callback(Parts&&... parts) {
    detail::Registration registration;
    detail::register_parts(registration, std::forward<Parts>(parts)...);
    return add(registration);
  }
  template <class F>
  App& callback(F&& handler, detail::Where where = detail::Where::here()) {
    detail::Registration registration;
    registration.where = where;
    detail::register_parts(registration, std::forward<F>(handler));
    return add(registration);
  }
  template <class F>
  App& callback(CallbackOptions options, F&& handler, detail::Where where = detail::Where::here()) {
    detail::Registration registration;
    registration.where = where;
    detail::register_parts(registration, std::move(options), std::forward<F>(handler));
    return add(registration);
  }
  template <std::size_t N, class... Parts>
  App& callback(const Output (&outputs)[N], Parts&&... parts) {
    return callback(Outputs<N>{std::to_array(outputs)}, std::forward<Parts>(parts)...);
  }

  /// Registers a callback that the browser runs by itself, in JavaScript:
  ///
  ///     app.clientside_callback("(a, b) => a + b", Output{"sum", "children"},
  ///                             Input{"a", "value"}, Input{"b", "value"});
  ///
  /// See ClientsideFunction. Of the options, `running` and `on_error` are the server's: they throw
  /// Error here.
  template <class... Parts>
  App& clientside_callback(ClientsideFunction function, Parts&&... parts) {
    detail::Registration registration;
    registration.clientside = std::move(function);
    detail::register_clientside_parts(registration, std::forward<Parts>(parts)...);
    return add(registration);
  }
  template <std::size_t N, class... Parts>
  App& clientside_callback(ClientsideFunction function, const Output (&outputs)[N],
                           Parts&&... parts) {
    return clientside_callback(std::move(function), Outputs<N>{std::to_array(outputs)},
                               std::forward<Parts>(parts)...);
  }

  /// The cache that all workers share; `<ekiden/memoize.hpp>` declares what it can do.
  Cache& cache();

  /// All of the above as the server reads it.
  worker::AppDefinition& definition() { return *definition_; }
  const worker::AppDefinition& definition() const { return *definition_; }

 private:
  App& add(detail::Registration& registration);
  App& add_clientside(worker::CallbackDefinition callback,
                      const detail::Registration& registration);
  void add_api_endpoint(const worker::CallbackDefinition& callback, const ApiEndpoint& endpoint,
                        Ref<const detail::Handler> handler);
  App& add_route(std::string method, std::string path, HttpHandler handler);
  App& add_filter(RequestFilter filter);
  void set_layout(std::function<Json()> function);

  std::unique_ptr<worker::AppDefinition> definition_;
};

}  // namespace ekiden

/// Defines an app module; one per module. The block is its set-up:
///
///     EKIDEN_APP(app) {
///       app.layout(html::H1("Hello"));
///     }
///
/// An exception that leaves the block is reported as the reason why the app does not load.
#define EKIDEN_APP(app)                                                                          \
  static void ekiden_app_set_up(::ekiden::App& app);                                             \
  extern "C" __attribute__((visibility("default"))) const ::ekiden::AppModule ekiden_app_module; \
  extern "C" const ::ekiden::AppModule ekiden_app_module = {                                     \
      ::ekiden::AppModule::kLayout, EKIDEN_BUILD,                                                \
      [](::ekiden::App& ekiden_app, char* ekiden_error, ::std::size_t ekiden_size) noexcept {    \
        return ::ekiden::detail::run_set_up(&ekiden_app_set_up, ekiden_app, ekiden_error,        \
                                            ekiden_size);                                        \
      }};                                                                                        \
  static void ekiden_app_set_up([[maybe_unused]] ::ekiden::App& app)
