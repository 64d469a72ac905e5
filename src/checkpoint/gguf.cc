#include "checkpoint/gguf.h"

#include <utility>

#include "base/errors.h"
#include "checkpoint/byte_reader.h"
#include "checkpoint/gguf_parse.h"

namespace at2 {
namespace {

enum class Form { single, array };

/// Decodes the elements of one value and reports it with its key.
class Decoder {
 public:
  Decoder(const GgufValue& value, std::string_view key, const std::filesystem::path& path, Form form,
          const char* wanted)
      : value_(value), key_(key), file_(path.string()), wanted_(wanted), reader_(value.bytes, file_) {
    if ((value.type == GgufType::array) != (form == Form::array)) wrong_type();
  }

  std::string text() {
    if (value_.element != GgufType::text) wrong_type();
    const auto bytes = reader_.take(reader_.number<std::uint64_t>(key_), key_);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  bool flag() {
    if (value_.element != GgufType::boolean) wrong_type();
    return reader_.number<std::uint8_t>(key_) != 0;
  }

  std::int64_t integer() {
    switch (value_.element) {
      case GgufType::u8:
        return reader_.number<std::uint8_t>(key_);
      case GgufType::i8:
        return reader_.number<std::int8_t>(key_);
      case GgufType::u16:
        return reader_.number<std::uint16_t>(key_);
      case GgufType::i16:
        return reader_.number<std::int16_t>(key_);
      case GgufType::u32:
        return reader_.number<std::uint32_t>(key_);
      case GgufType::i32:
        return reader_.number<std::int32_t>(key_);
      case GgufType::i64:
        return reader_.number<std::int64_t>(key_);
      case GgufType::u64: {
        const auto number = reader_.number<std::uint64_t>(key_);
        if (number > INT64_MAX) {
          throw UserError(file_ + ": key " + std::string(key_) + " is too large", std::to_string(number),
                          "get the file again");
        }
        return static_cast<std::int64_t>(number);
      }
      default:
        wrong_type();
    }
  }

  double real() {
    if (value_.element == GgufType::f64) return reader_.number<double>(key_);
    if (value_.element == GgufType::f32) return static_cast<double>(reader_.number<float>(key_));
    wrong_type();
  }

  template <typename T>
  std::vector<T> all(T (Decoder::*one)()) {
    std::vector<T> elements;
    elements.reserve(value_.count);
    for (std::uint64_t i = 0; i < value_.count; ++i) elements.push_back((this->*one)());
    return elements;
  }

 private:
  [[noreturn]] void wrong_type() const {
    throw UserError(file_ + ": key " + std::string(key_) + " is of type " + type_text(value_),
                    std::string("expected ") + wanted_, "get another conversion of the model");
  }

  const GgufValue& value_;
  std::string_view key_;
  std::string file_;
  const char* wanted_;
  ByteReader reader_;
};

}  // namespace

GgufFile::GgufFile(const std::filesystem::path& path) : GgufFile(MappedFile(path)) {}

GgufFile::GgufFile(MappedFile mapped) : GgufFile(mapped.bytes(), mapped.path()) { mapped_ = std::move(mapped); }

GgufFile::GgufFile(std::span<const std::byte> bytes, std::filesystem::path name) : path_(std::move(name)) {
  GgufContent content = parse_gguf(bytes, path_.string());
  metadata_ = std::move(content.metadata);
  tensors_ = std::move(content.tensors);
  if (const auto parts = integer("split.count"); parts && *parts > 1) {
    throw UserError(path_.string() + " is one of " + std::to_string(*parts) + " parts of a model",
                    "parts of GGUF files cannot be read", "join them with llama-gguf-split --merge");
  }
}

const GgufValue* GgufFile::find(std::string_view key) const {
  const auto found = metadata_.find(key);
  return found == metadata_.end() ? nullptr : &found->second;
}

template <typename T>
T GgufFile::require(std::optional<T> value, std::string_view key) const {
  if (!value) {
    throw UserError(path().string() + ": key " + std::string(key) + " is missing",
                    "the model cannot be read without it", "get another conversion of the model");
  }
  return std::move(*value);
}

std::optional<std::string> GgufFile::text(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  return Decoder(*value, key, path(), Form::single, "a text").text();
}

std::optional<bool> GgufFile::flag(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  return Decoder(*value, key, path(), Form::single, "a bool").flag();
}

std::optional<std::int64_t> GgufFile::integer(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  return Decoder(*value, key, path(), Form::single, "an integer").integer();
}

std::optional<double> GgufFile::real(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  return Decoder(*value, key, path(), Form::single, "a floating-point number").real();
}

std::optional<std::vector<std::string>> GgufFile::texts(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  return Decoder(*value, key, path(), Form::array, "an array of texts").all(&Decoder::text);
}

std::optional<std::vector<std::int64_t>> GgufFile::integers(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  return Decoder(*value, key, path(), Form::array, "an array of integers").all(&Decoder::integer);
}

std::optional<std::vector<double>> GgufFile::reals(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  return Decoder(*value, key, path(), Form::array, "an array of floating-point numbers").all(&Decoder::real);
}

std::string GgufFile::require_text(std::string_view key) const { return require(text(key), key); }
bool GgufFile::require_flag(std::string_view key) const { return require(flag(key), key); }
std::int64_t GgufFile::require_integer(std::string_view key) const { return require(integer(key), key); }
double GgufFile::require_real(std::string_view key) const { return require(real(key), key); }
std::vector<std::string> GgufFile::require_texts(std::string_view key) const { return require(texts(key), key); }
std::vector<std::int64_t> GgufFile::require_integers(std::string_view key) const { return require(integers(key), key); }
std::vector<double> GgufFile::require_reals(std::string_view key) const { return require(reals(key), key); }

}  // namespace at2
