#include "app/file_kind.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <string_view>

#include "base/errors.h"

namespace at2 {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;
  FileKind kind;
  const char* seems = "";
  const char* what_to_do = "";
};

constexpr const char* kGiveText = "take the text out of it first (JSON lines, docs/tutorial.md)";
constexpr const char* kConvertModel = "convert the model to safetensors or GGUF";

constexpr std::array kSignatures = {
    Signature{"GGUF"sv, FileKind::gguf},
    Signature{"\x89HDF\r\n\x1a\n"sv, FileKind::hdf5},
    Signature{"\x1f\x8b"sv, FileKind::text},
    Signature{"\x28\xb5\x2f\xfd"sv, FileKind::text},
    Signature{"version https://git-lfs.github.com"sv, FileKind::foreign, "a pointer of Git LFS, not the file itself",
              "fetch the file: git lfs pull"},
    Signature{"ggml"sv, FileKind::foreign, "a model in the old GGML format", kConvertModel},
    Signature{"lmgg"sv, FileKind::foreign, "a model in the old GGML format", kConvertModel},
    Signature{"PK\x03\x04"sv, FileKind::foreign, "a zip archive: a PyTorch checkpoint, a wheel or an office document",
              "convert a PyTorch checkpoint to safetensors; take the text out of a document"},
    Signature{"\x80\x02"sv, FileKind::foreign, "a Python pickle, perhaps a PyTorch checkpoint", kConvertModel},
    Signature{"\x80\x04"sv, FileKind::foreign, "a Python pickle, perhaps a PyTorch checkpoint", kConvertModel},
    Signature{"PAR1"sv, FileKind::foreign, "a Parquet table", "write its rows as JSON lines"},
    Signature{"ARROW1"sv, FileKind::foreign, "an Arrow table", "write its rows as JSON lines"},
    Signature{"%PDF"sv, FileKind::foreign, "a PDF document", kGiveText},
    Signature{"\x89PNG"sv, FileKind::foreign, "a picture (PNG)", ""},
    Signature{"\xff\xd8\xff"sv, FileKind::foreign, "a picture (JPEG)", ""},
    Signature{"GIF8"sv, FileKind::foreign, "a picture (GIF)", ""},
    Signature{"\x7f"
              "ELF"sv,
              FileKind::foreign, "a program or library", ""},
    Signature{"BZh"sv, FileKind::foreign, "a file packed by bzip2", "unpack it, or pack it by gzip or zstd"},
    Signature{"\xfd"
              "7zXZ"sv,
              FileKind::foreign, "a file packed by xz", "unpack it, or pack it by gzip or zstd"},
    Signature{"7z\xbc\xaf"sv, FileKind::foreign, "a 7-Zip archive", "unpack it"},
    Signature{"SQLite format 3"sv, FileKind::foreign, "an SQLite database", "write its rows as JSON lines"},
    Signature{"\x93NUMPY"sv, FileKind::foreign, "a NumPy array", ""},
};

std::string first_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw UserError("cannot read " + path.string(), "it cannot be opened", "check the path and its permissions");
  }
  std::array<char, 512> bytes{};
  file.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(file.gcount())};
}

/// The length of a JSON header in eight bytes, then the header.
bool is_safetensors(std::string_view bytes) {
  if (bytes.size() < 9 || bytes[8] != '{') return false;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 8; ++i) length |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  constexpr std::uint64_t kLongest = 100'000'000;
  return length >= 2 && length <= kLongest;
}

bool is_web_page(std::string_view bytes) {
  const std::size_t begin = bytes.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  std::string word(bytes.substr(begin, 9));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word == "<!doctype" || word.starts_with("<html") || word.starts_with("<?xml") || word.starts_with("<svg");
}

}  // namespace

FileGuess guess_kind(const std::filesystem::path& path) {
  const std::string bytes = first_bytes(path);
  if (bytes.empty()) return {FileKind::empty};
  for (const Signature& signature : kSignatures) {
    if (std::string_view(bytes).starts_with(signature.bytes)) {
      return {signature.kind, signature.seems, signature.what_to_do};
    }
  }
  if (is_safetensors(bytes)) return {FileKind::safetensors};
  if (is_web_page(bytes)) {
    return {FileKind::foreign, "a web page or XML (a download may have ended at an error page)", kGiveText};
  }
  // UTF-16 has zero bytes, too.
  if (bytes.find('\0') != std::string::npos) return {FileKind::foreign, "binary, of no format that at2 knows", ""};
  return {FileKind::text};
}

}  // namespace at2
