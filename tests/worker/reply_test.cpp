// SPDX-License-Identifier: MIT
#include "worker/http/reply.hpp"

#include <gmock/gmock.h>

namespace ekiden::worker {
namespace {

TEST(DateLine, IsInTheFormatOfRfc9110) {
  DateLine date;

  EXPECT_EQ(date.at(784111777), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date.at(784111778), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
}

TEST(WriteHead, PutsTheFieldsInOrder) {
  Response response;
  response.content_type = "text/html";
  response.headers = "ETag: \"1\"\r\n";
  response.body = "12345";
  std::string head;

  write_head(response, "Date: d\r\n", Connection::close, head);

  EXPECT_EQ(head,
            "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Type: text/html\r\nContent-Length: 5\r\n"
            "ETag: \"1\"\r\nConnection: close\r\n\r\n");
}

TEST(WriteHead, NotModifiedHasNoLength) {
  Response response;
  response.status = 304;
  std::string head;

  write_head(response, "", Connection::unmentioned, head);

  EXPECT_EQ(head, "HTTP/1.1 304 Not Modified\r\n\r\n");
}

}  // namespace
}  // namespace ekiden::worker
