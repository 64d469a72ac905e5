#include "data/byte_source.h"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.h"

namespace at2 {
namespace {

constexpr unsigned kGzipBuffer = 1U << 18U;

[[noreturn]] void refuse_cut(const std::filesystem::path& path, const char* what) {
  throw UserError(path.string() + " ends within its " + what + " content", "it is incomplete", "fetch the file again");
}

/// A gzip file of one or more members, or a plain one: zlib hands the bytes of a plain file on as they are.
class GzipSource : public ByteSource {
 public:
  explicit GzipSource(std::filesystem::path path) : path_(std::move(path)), file_(gzopen(path_.c_str(), "rb")) {
    if (!file_) throw UserError("cannot open " + path_.string(), std::strerror(errno), "check its permissions");
    gzbuffer(file_.get(), kGzipBuffer);
  }

  std::size_t read(std::span<char> bytes) override {
    const int count = gzread(file_.get(), bytes.data(), static_cast<unsigned>(bytes.size()));
    int code = Z_OK;
    const char* words = gzerror(file_.get(), &code);
    if (code == Z_BUF_ERROR) refuse_cut(path_, "gzip");
    if (count < 0) {
      throw UserError("cannot read " + path_.string(), code == Z_ERRNO ? std::strerror(errno) : words,
                      "it is damaged: fetch the file again");
    }
    return static_cast<std::size_t>(count);
  }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Close> file_;
};

/// A zstd file of one or more frames.
class ZstdSource : public ByteSource {
 public:
  explicit ZstdSource(std::filesystem::path path)
      : path_(std::move(path)),
        file_(path_, std::ios::binary),
        packed_(ZSTD_DStreamInSize()),
        stream_(ZSTD_createDStream()) {
    if (!file_) throw UserError("cannot open " + path_.string(), std::strerror(errno), "check its permissions");
  }

  std::size_t read(std::span<char> bytes) override {
    ZSTD_outBuffer out{bytes.data(), bytes.size(), 0};
    while (out.pos < out.size) {
      const bool ended = input_.pos == input_.size && !refill();
      if (ended && !within_frame_) break;
      const std::size_t before = out.pos;
      const std::size_t code = ZSTD_decompressStream(stream_.get(), &out, &input_);
      if (ZSTD_isError(code) != 0U) {
        throw UserError("cannot read " + path_.string(), ZSTD_getErrorName(code),
                        "it is damaged: fetch the file again");
      }
      within_frame_ = code != 0;
      if (ended && within_frame_ && out.pos == before) refuse_cut(path_, "zstd");
    }
    return out.pos;
  }

 private:
  bool refill() {
    file_.read(packed_.data(), static_cast<std::streamsize>(packed_.size()));
    if (file_.bad()) throw UserError("cannot read " + path_.string(), std::strerror(errno), "check the disk");
    input_ = {packed_.data(), static_cast<std::size_t>(file_.gcount()), 0};
    return input_.size > 0;
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  std::filesystem::path path_;
  std::ifstream file_;
  std::vector<char> packed_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  bool within_frame_ = false;
};

std::string first_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UserError("cannot open " + path.string(), std::strerror(errno), "check its permissions");
  std::string bytes(6, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

bool is_zstd(std::string_view bytes) {
  if (bytes.starts_with("\x28\xB5\x2F\xFD")) return true;
  // A skippable frame, with which parallel zstd begins.
  return bytes.size() >= 4 && (static_cast<unsigned char>(bytes[0]) & 0xF0U) == 0x50U &&
         bytes.substr(1).starts_with("\x2A\x4D\x18");
}

void refuse_other_formats(const std::filesystem::path& path, std::string_view bytes) {
  struct Other {
    std::string_view magic;
    const char* name;
  };
  static constexpr std::array<Other, 4> kOthers{{{"PAR1", "a Parquet file"},
                                                 {"PK\x03\x04", "a zip file"},
                                                 {"BZh", "a bzip2 file"},
                                                 {"\xFD"
                                                  "7zXZ",
                                                  "an xz file"}}};
  for (const Other& other : kOthers) {
    if (!bytes.starts_with(other.magic)) continue;
    throw UserError(path.string() + " is " + other.name, "data sets are read as text, plain or packed by gzip or zstd",
                    "unpack or convert it, or fetch the set in its own format (data/README.md)");
  }
}

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) throw UserError("there is no " + path.string(), "", "check the path");
  if (!std::filesystem::is_regular_file(path, ignored)) {
    throw UserError(path.string() + " is not a regular file", "", "name a file, a folder of files, or a pattern");
  }
  const std::string bytes = first_bytes(path);
  refuse_other_formats(path, bytes);
  if (is_zstd(bytes)) return std::make_unique<ZstdSource>(path);
  return std::make_unique<GzipSource>(path);
}

}  // namespace at2
