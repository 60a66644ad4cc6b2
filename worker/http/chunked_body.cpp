// SPDX-License-Identifier: MIT
#include "worker/http/chunked_body.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>

namespace ekiden::worker {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

/// Chunk extensions carry nothing that we use; this much in one body is forgiven.
constexpr std::size_t kMaxExtensionBytes = 4096;
/// A chunk header or a trailer section longer than this is not waited for.
constexpr std::size_t kMaxUnparsedBytes = 8192;
/// The head has been read by parse_head; Beast gets this one, which brings it to the body.
constexpr std::string_view kHead = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

struct ChunkedBody::Parser final : http::basic_parser<true> {
  explicit Parser(const HeadLimits& policy) : limits(policy) {
    eager(true);
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(limits.body_bytes);
  }

  Rejection reason;
  HeadLimits limits;
  std::string* body = nullptr;
  std::size_t extension_bytes = 0;
  std::size_t fields = 0;  // Transfer-Encoding of kHead, then trailer fields

 private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  void on_field_impl(http::field, string_view, string_view, error_code& error) override {
    if (++fields <= limits.header_count + 1) return;
    reason = {431, "Too many trailer fields."};
    error = http::error::header_limit;
  }
  void on_chunk_header_impl(std::uint64_t, string_view extension, error_code& error) override {
    extension_bytes += extension.size();
    if (extension_bytes <= kMaxExtensionBytes) return;
    reason = {400, "The chunk extensions are too long."};
    error = http::error::bad_chunk_extension;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override {
    body->append(bytes.data(), bytes.size());
    return bytes.size();
  }
};

ChunkedBody::ChunkedBody(const HeadLimits& limits) : parser_(std::make_unique<Parser>(limits)) {
  error_code error;
  parser_->put(boost::asio::buffer(kHead), error);
}

ChunkedBody::~ChunkedBody() = default;

const Rejection& ChunkedBody::rejection() const noexcept { return parser_->reason; }

ChunkedBody::State ChunkedBody::feed(std::string_view bytes, std::size_t& consumed,
                                     std::string& body) {
  parser_->body = &body;
  consumed = 0;
  error_code error;
  while (consumed < bytes.size() && !parser_->is_done()) {
    const std::string_view rest = bytes.substr(consumed);
    const std::size_t taken =
        parser_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    consumed += taken;
    if (error || taken == 0) break;
  }
  if (parser_->is_done()) return State::complete;
  if (error && error != http::error::need_more) {
    if (error == http::error::body_limit) parser_->reason = {413, "The request body is too large."};
    if (!parser_->reason) parser_->reason = {400, "The chunked body is not valid."};
    return State::refused;
  }
  if (bytes.size() - consumed > kMaxUnparsedBytes) {
    parser_->reason = {400, "A chunk header or trailer is too long."};
    return State::refused;
  }
  return State::incomplete;
}

}  // namespace ekiden::worker
