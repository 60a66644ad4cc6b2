// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <ekiden/download.hpp>
#include <ekiden/frame.hpp>
#include <fstream>
#include <limits>

namespace ekiden::dcc {
namespace {

namespace fs = std::filesystem;

/// A folder of the test's own, gone when it ends.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "ekiden-download-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  fs::path file(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST(Download, BytesAreSentInBase64) {
  EXPECT_EQ(send_bytes(std::string_view("\0\xff", 2), "a.bin", "application/x-own").dump(),
            R"({"content":"AP8=","filename":"a.bin","type":"application/x-own","base64":true})");
}

TEST(Download, TextIsSentAsItIs) {
  EXPECT_EQ(send_string("é \"1\"\n", "a.txt").dump(),
            R"({"content":"é \"1\"\n","filename":"a.txt","type":null,"base64":false})");
}

TEST(Download, AFileKeepsItsNameUnlessAnotherIsGiven) {
  const Folder folder;
  const fs::path path = folder.file("report.bin", "abc");
  EXPECT_EQ(send_file(path).dump(),
            R"({"content":"YWJj","filename":"report.bin","type":null,"base64":true})");
  EXPECT_EQ(send_file(path, "other.bin", "a/b").dump(),
            R"({"content":"YWJj","filename":"other.bin","type":"a/b","base64":true})");
  EXPECT_EQ(send_file(folder.file("empty", ""))["content"], Json(""));
}

TEST(Download, AFileThatCannotBeReadIsNamed) {
  const Folder folder;
  for (const fs::path& path : {folder.path() / "missing.csv", folder.path()}) {
    try {
      send_file(path);
      ADD_FAILURE() << "no error for " << path;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()),
                "send_file: cannot read \"" + path.string() + "\"; is it a file of the app?");
    }
  }
}

TEST(Download, AFrameIsCsvText) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Frame frame({{"city, town", {"Oslo", "\"Ur\"", "a\nb"}},
                     {"people", std::vector<std::int64_t>{1, -2, 3}},
                     {"share", std::vector<double>{0.5, nan, 1e300}}});
  const Json data = send_data_frame(frame, "cities.csv", "text/csv");
  EXPECT_EQ(data["content"], Json("\"city, town\",people,share\n"
                                  "Oslo,1,0.5\n"
                                  "\"\"\"Ur\"\"\",-2,\n"
                                  "\"a\nb\",3,1e300\n"));
  EXPECT_EQ(data["filename"], Json("cities.csv"));
  EXPECT_EQ(data["type"], Json("text/csv"));
  EXPECT_EQ(data["base64"], Json(false));
}

}  // namespace
}  // namespace ekiden::dcc
