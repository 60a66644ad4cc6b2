// SPDX-License-Identifier: MIT
#include "worker/http/reply.hpp"

#include <charconv>
#include <cstdio>

namespace ekiden::worker {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

void append_number(std::string& text, std::size_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  text.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace

std::string_view DateLine::at(std::time_t now) noexcept {
  if (now != made_for_) {
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    // Not strftime: it would follow a locale that the app has set.
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[64];
    const int written = std::snprintf(
        text, sizeof text, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", kDays[utc.tm_wday],
        utc.tm_mday, kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    size_ = std::string_view(text, static_cast<std::size_t>(written)).copy(line_, sizeof line_);
    made_for_ = now;
  }
  return {line_, size_};
}

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

void write_head(const Response& response, std::string_view date_line, Connection connection,
                std::string& head, std::string_view request_id) {
  if (response.status == 200) {
    head.assign("HTTP/1.1 200 OK\r\n");
  } else {
    head.assign("HTTP/1.1 ");
    append_number(head, static_cast<std::size_t>(response.status));
    head.push_back(' ');
    head.append(reason_phrase(response.status)).append("\r\n");
  }
  head.append(date_line);
  const bool has_length = response.status != 204 && response.status != 304;
  if (!response.content_type.empty()) {
    head.append("Content-Type: ").append(response.content_type).append("\r\n");
  }
  if (has_length) {
    head.append("Content-Length: ");
    append_number(head, response.size());
    head.append("\r\n");
  }
  head.append(response.headers);
  if (!request_id.empty()) head.append("X-Request-Id: ").append(request_id).append("\r\n");
  if (connection == Connection::close) head.append("Connection: close\r\n");
  if (connection == Connection::keep_alive) head.append("Connection: keep-alive\r\n");
  head.append("\r\n");
}

bool is_bodiless(int status, Method method) noexcept {
  return method == Method::head || status == 204 || status == 304;
}

void fill_rejection(const Rejection& rejection, Response& response) {
  response.clear();
  response.status = rejection.status;
  response.content_type = kPlainText;
  response.body.assign(rejection.text).push_back('\n');
}

}  // namespace ekiden::worker
