// SPDX-License-Identifier: MIT
#include "tests/http/refusal_cases.hpp"

namespace ekiden::test {
namespace {

/// What would be answered too if the body of the case before it were taken for a request.
const std::string kSmuggled = "GET /text HTTP/1.1\r\nHost: smuggled\r\n\r\n";

std::string with_fields(const std::string& fields) {
  return "POST /show HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

std::string with_line(const std::string& line) { return line + "\r\nHost: x\r\n\r\n"; }

std::string chunked(const std::string& body) {
  return with_fields("Transfer-Encoding: chunked\r\n") + body;
}

void add_request_lines(std::vector<RefusalCase>& cases) {
  cases.insert(cases.end(), {{"NoTarget", with_line("GET HTTP/1.1")},
                             {"NoVersion", with_line("GET /")},
                             {"TwoSpaces", with_line("GET  / HTTP/1.1")},
                             {"TabForSpace", with_line("GET\t/ HTTP/1.1")},
                             {"TrailingSpace", with_line("GET / HTTP/1.1 ")},
                             {"LeadingSpace", with_line(" GET / HTTP/1.1")},
                             {"MethodWithColon", with_line("GE:T / HTTP/1.1")},
                             {"LowerCaseVersion", with_line("GET / http/1.1")},
                             {"LongVersion", with_line("GET / HTTP/1.10")},
                             {"VersionWithPlus", with_line("GET / HTTP/+1.1")},
                             {"BareCarriageReturn", with_line("GET /\rx HTTP/1.1")},
                             {"NonAsciiMethod", with_line("G\xc3\x8bT / HTTP/1.1")},
                             {"TlsHello", std::string("\x16\x03\x01\x02\x00\x01", 6)},
                             {"TwoEmptyLinesFirst", "\r\n\r\n" + with_line("GET / HTTP/1.1")},
                             {"OldVersion", with_line("GET / HTTP/0.9"), 505},
                             {"NewVersion", with_line("GET / HTTP/2.0"), 505},
                             {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
                             {"UnknownMethod", with_line("BREW / HTTP/1.1"), 501},
                             {"LowerCaseMethod", with_line("get / HTTP/1.1"), 501},
                             {"Connect", with_line("CONNECT x:80 HTTP/1.1"), 501}});
}

void add_targets(std::vector<RefusalCase>& cases) {
  cases.insert(cases.end(), {{"RelativeTarget", with_line("GET text HTTP/1.1")},
                             {"AuthorityTarget", with_line("GET x:80 HTTP/1.1")},
                             {"AsteriskWithGet", with_line("GET * HTTP/1.1")},
                             {"Fragment", with_line("GET /a#b HTTP/1.1")},
                             {"RawUtf8Target", with_line("GET /\xc3\xa9 HTTP/1.1")},
                             {"DeleteInTarget", with_line("GET /\x7f HTTP/1.1")},
                             {"QuoteInTarget", with_line("GET /\" HTTP/1.1")},
                             {"EncodedNul", with_line("GET /a%00 HTTP/1.1")},
                             {"ShortEscape", with_line("GET /a%2 HTTP/1.1")},
                             {"BadEscape", with_line("GET /a%zz HTTP/1.1")},
                             {"AbsoluteWithoutHost", with_line("GET http:///x HTTP/1.1")},
                             {"UserInfoInTarget", with_line("GET http://a@b/ HTTP/1.1")},
                             {"OtherScheme", with_line("GET ftp://x/ HTTP/1.1")}});
}

void add_fields(std::vector<RefusalCase>& cases) {
  cases.insert(cases.end(),
               {{"NoHost", "GET / HTTP/1.1\r\n\r\n"},
                {"TwoHosts", with_fields("Host: x\r\n")},
                {"EmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
                {"HostList", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
                {"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
                {"HostWithUser", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
                {"HostWithBadPort", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"},
                {"TwoHostsIn10", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
                {"SpaceBeforeColon", with_fields("Content-Length : 5\r\n")},
                {"NoColon", with_fields("Content-Length\r\n")},
                {"EmptyName", with_fields(": x\r\n")},
                {"NameWithSpace", with_fields("X y: z\r\n")},
                {"NonAsciiName", with_fields("X\xc3\xa9: z\r\n")},
                {"FoldedField", with_fields("X: a\r\n b\r\n")},
                {"FoldedFirstField", "GET / HTTP/1.1\r\n Host: x\r\nHost: x\r\n\r\n"},
                {"FoldedLength", with_fields("Content-Length: 1\r\n\t0\r\n")},
                {"BellInValue", with_fields("X: a\x07\r\n")},
                {"NulInValue", with_fields("X: a" + std::string(1, '\0') + "\r\n")},
                {"DeleteInValue", with_fields("X: a\x7f\r\n")},
                {"CarriageReturnInValue", with_fields("X: a\rContent-Length: 5\r\n")},
                {"BareLineFeeds", "GET / HTTP/1.1\nHost: x\n\n"},
                {"OneBareLineFeed", with_fields("X: a\nY: b\r\n")},
                {"TwoContentTypes", with_fields("Content-Type: a/b\r\nContent-Type: a/b\r\n")},
                {"OtherExpectation", with_fields("Expect: 200-ok\r\nContent-Length: 1\r\n"), 417}});
}

void add_framing(std::vector<RefusalCase>& cases) {
  const auto length = [](const std::string& value) {
    return with_fields("Content-Length: " + value + "\r\n") + kSmuggled;
  };
  const auto coding = [](const std::string& value) {
    return with_fields("Transfer-Encoding: " + value + "\r\n") + kSmuggled;
  };
  cases.insert(
      cases.end(),
      {{"NegativeLength", length("-1")},
       {"PlusLength", length("+1")},
       {"HexadecimalLength", length("0x5")},
       {"EmptyLength", length("")},
       {"LengthWithSpace", length("1 0")},
       {"LengthList", length("5, 5")},
       {"FractionalLength", length("5.0")},
       {"TwoLengths", with_fields("Content-Length: 5\r\nContent-Length: 6\r\n") + kSmuggled},
       {"SameLengthTwice", with_fields("Content-Length: 5\r\nContent-Length: 5\r\n") + kSmuggled},
       {"HugeLength", length("99999999999999999999999"), 413},
       {"LengthThenCoding",
        with_fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n"},
       {"CodingThenLength",
        with_fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n"},
       {"OnlyGzip", coding("gzip")},
       {"Identity", coding("identity")},
       {"EmptyCoding", coding("")},
       {"QuotedChunked", coding("\"chunked\"")},
       {"MisspeltChunked", coding("xchunked")},
       {"ChunkedThenIdentity", coding("chunked, identity")},
       {"ChunkedTwice", coding("chunked, chunked")},
       {"VerticalTabChunked", coding("\x0b"
                                     "chunked")},
       {"ChunkedWithParameter", coding("chunked;x=1")},
       {"TwoCodingFields",
        with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") + kSmuggled},
       {"ChunkedIn10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
       {"GzipInChunks", coding("gzip, chunked"), 501}});
}

void add_chunks(std::vector<RefusalCase>& cases) {
  cases.insert(cases.end(),
               {{"ChunkSizeNotHexadecimal", chunked("g\r\nx\r\n0\r\n\r\n" + kSmuggled)},
                {"ChunkSizeWithSign", chunked("+1\r\nx\r\n0\r\n\r\n")},
                {"ChunkSizeNegative", chunked("-1\r\nx\r\n0\r\n\r\n")},
                {"ChunkSizeWith0x", chunked("0x1\r\nx\r\n0\r\n\r\n")},
                {"ChunkSizeEmpty", chunked("\r\nx\r\n0\r\n\r\n")},
                {"ChunkSizeHuge", chunked("10000000000000001\r\nx\r\n0\r\n\r\n")},
                {"ChunkLongerThanItsSize", chunked("1\r\nxy\r\n0\r\n\r\n")},
                {"ChunkWithoutLineEnd", chunked("1\r\nx0\r\n\r\n" + kSmuggled)},
                {"ChunkEndsWithLineFeed", chunked("1\r\nx\n0\r\n\r\n" + kSmuggled)},
                {"LineFeedInExtension", chunked("1;a\nb\r\nx\r\n0\r\n\r\n" + kSmuggled)},
                {"LongExtension", chunked("1;" + std::string(5000, 'e') + "\r\nx\r\n0\r\n\r\n")},
                {"EndlessExtension", chunked("1;" + std::string(30000, 'e'))},
                {"EndlessTrailer", chunked("0\r\nX: " + std::string(30000, 't')), 431},
                {"FoldedTrailer", chunked("0\r\nX: a\r\n b\r\n\r\n")},
                {"TrailerWithoutColon", chunked("0\r\nX\r\n\r\n")},
                {"TrailerEndsWithLineFeed", chunked("0\r\nX: a\n\n")}});
}

}  // namespace

std::vector<RefusalCase> refusal_cases() {
  std::vector<RefusalCase> cases;
  add_request_lines(cases);
  add_targets(cases);
  add_fields(cases);
  add_framing(cases);
  add_chunks(cases);
  return cases;
}

}  // namespace ekiden::test
