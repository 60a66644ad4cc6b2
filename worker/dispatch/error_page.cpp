// SPDX-License-Identifier: MIT
#include "worker/dispatch/error_page.hpp"

#include <fmt/format.h>

#include "worker/dispatch/escape.hpp"

namespace ekiden::worker {

namespace {

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kText = "text/plain; charset=utf-8";

// The classes are those that Dash's dev tools and tests look for.
constexpr std::string_view kDebugPage = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} // Ekiden</title>
<style>
body {{ font-family: sans-serif; margin: 1.5em; color: #222; }}
h1 {{ font-size: 1.4em; }}
.errormsg {{ white-space: pre-wrap; font-weight: bold; color: #b00020; }}
.traceback li {{ margin-bottom: 0.5em; }}
textarea {{ width: 100%; font-family: monospace; }}
</style>
</head>
<body>
<div class="debugger">
<h1>{type}</h1>
<div class="detail"><p class="errormsg">{title}</p></div>
<div class="traceback">
<p>In the callback <code>{callback}</code>{where}.</p>
{frames}</div>
<div class="plain"><textarea rows="12" readonly>{title}
in {callback}{where}
{plain}</textarea></div>
</div>
</body>
</html>
)";

/// "app.cpp:42", or nothing.
std::string place(const TraceFrame& frame) {
  if (frame.file.empty() || frame.line == 0) return {};
  return fmt::format("{}:{}", frame.file, frame.line);
}

/// The innermost function first, as debuggers list them.
std::string frames_as_html(const std::vector<TraceFrame>& trace) {
  if (trace.empty()) return {};
  std::string html = "<ol>\n";
  for (const TraceFrame& frame : trace) {
    html += fmt::format("<li class=\"frame\"><code>{}</code><br><cite>{}</cite></li>\n",
                        html_escaped(frame.function), html_escaped(place(frame)));
  }
  return html + "</ol>\n";
}

std::string frames_as_text(const std::vector<TraceFrame>& trace) {
  std::string text;
  for (const TraceFrame& frame : trace) text += frame.function + "\n    " + place(frame) + '\n';
  return text;
}

void send_text(int status, std::string_view text, Response& response) {
  response.status = status;
  response.content_type = kText;
  response.body = text;
}

/// Tells nothing of the inside.
void send_page(int status, std::string_view title, std::string_view text, Response& response) {
  response.clear();
  response.status = status;
  response.content_type = kHtml;
  response.body = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head><title>{0}</title></head>\n"
      "<body>\n<h1>{0}</h1>\n<p>{1}</p>\n</body>\n</html>\n",
      title, text);
}

void send_debug_page(int status, const Failure& failure, Response& response) {
  const std::string where = failure.where.empty() ? "" : " registered at " + failure.where;
  response.clear();
  response.status = status;
  response.content_type = kHtml;
  response.body = fmt::format(
      kDebugPage, fmt::arg("title", html_escaped(type_and_message(failure))),
      fmt::arg("type", html_escaped(failure.type)),
      fmt::arg("callback", html_escaped(failure.callback)), fmt::arg("where", html_escaped(where)),
      fmt::arg("frames", frames_as_html(failure.trace)),
      fmt::arg("plain", html_escaped(frames_as_text(failure.trace))));
}

}  // namespace

std::string type_and_message(const Failure& failure) {
  return failure.message.empty() ? failure.type : failure.type + ": " + failure.message;
}

void send_internal_error(Response& response, std::string_view advice) {
  send_page(500, "500 Internal Server Error",
            std::string("The server could not answer this request. ").append(advice), response);
}

void send_timeout(Response& response) {
  send_page(504, "504 Gateway Timeout", "The server could not answer this request in time.",
            response);
}

void send_debug_error(const Failure& failure, Response& response) {
  send_debug_page(500, failure, response);
}

void send_debug_timeout(const Failure& failure, Response& response) {
  send_debug_page(504, failure, response);
}

void send_bad_request(std::string_view reason, Response& response) {
  send_text(400, reason, response);
}

void send_not_found(Response& response) { send_text(404, "404 Not Found\n", response); }

void send_method_not_allowed(const Request& request, std::string_view allowed, Response& response) {
  response.headers += "Allow: ";
  response.headers += allowed;
  response.headers += ", OPTIONS\r\n";
  if (request.method == Method::options) return;  // 200 with no body, as Flask answers
  send_text(405, "405 Method Not Allowed\n", response);
}

void send_unsupported_media_type(Response& response) {
  send_text(415, "415 Unsupported Media Type: a callback request is application/json\n", response);
}

}  // namespace ekiden::worker
