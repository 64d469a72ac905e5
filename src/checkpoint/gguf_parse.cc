#include "checkpoint/gguf_parse.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/errors.h"
#include "checkpoint/byte_reader.h"
#include "checkpoint/names.h"

namespace at2 {
namespace {

constexpr const char* get_again = "get the file again";
constexpr const char* alignment_key = "general.alignment";
constexpr std::uint64_t default_alignment = 32;
constexpr std::uint32_t most_dimensions = 4;

constexpr std::array<const char*, 13> value_type_names = {"u8",   "i8",   "u16",   "i16", "u32", "i32", "f32",
                                                          "bool", "text", "array", "u64", "i64", "f64"};

/// Tensor types by the number that the format gives them.
constexpr std::pair<std::uint32_t, TensorType> tensor_types[] = {
    {0, TensorType::f32},   {1, TensorType::f16},   {2, TensorType::q4_0}, {3, TensorType::q4_1},
    {6, TensorType::q5_0},  {7, TensorType::q5_1},  {8, TensorType::q8_0}, {12, TensorType::q4_k},
    {13, TensorType::q5_k}, {14, TensorType::q6_k}, {24, TensorType::i8},  {25, TensorType::i16},
    {26, TensorType::i32},  {27, TensorType::i64},  {28, TensorType::f64}, {30, TensorType::bf16}};

/// A tensor as the file describes it; `offset` counts from the beginning of the tensors' part.
struct Description {
  TensorEntry entry;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

class Parser {
 public:
  Parser(std::span<const std::byte> bytes, const std::string& file)
      : bytes_(bytes), file_(file), reader_(bytes, file) {}

  GgufContent parse() {
    read_header();
    for (std::uint64_t i = 0; i < num_values_; ++i) read_value();
    const std::uint64_t alignment = read_alignment();
    std::vector<Description> tensors;
    for (std::uint64_t i = 0; i < num_tensors_; ++i) tensors.push_back(read_description());
    // Padding may be left out where no tensor follows.
    const std::uint64_t padding = (alignment - reader_.position() % alignment) % alignment;
    const std::uint64_t start = reader_.position() + std::min(padding, reader_.remaining());
    return {std::move(metadata_), place(std::move(tensors), bytes_.subspan(start), alignment)};
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& why, const char* what_to_do = get_again) const {
    throw UserError(file_ + problem, why, what_to_do);
  }

  void read_header() {
    const auto magic = reader_.take(4, "the magic number");
    if (std::memcmp(magic.data(), "GGUF", 4) != 0) {
      fail(" is not a GGUF file", "it does not begin with GGUF", "name a .gguf file");
    }
    const auto version = reader_.number<std::uint32_t>("the version");
    // Versions are small numbers: with the low half empty the bytes are the other way round.
    if (version != 0 && (version & 0xFFFFU) == 0) {
      fail(" is big-endian", "only little-endian GGUF files can be read", "get the little-endian file of the model");
    }
    if (version != 2 && version != 3) {
      fail(": GGUF version " + std::to_string(version) + " cannot be read", "known: 2 and 3",
           "get a newer conversion of the model");
    }
    num_tensors_ = reader_.number<std::uint64_t>("the number of tensors");
    num_values_ = reader_.number<std::uint64_t>("the number of metadata values");
    // The shortest value has an 8-byte key length, a 4-byte type and 1 byte; the shortest tensor 8 + 4 + 4 + 8 bytes.
    if (num_values_ > reader_.remaining() / 13 || num_tensors_ > reader_.remaining() / 24) {
      fail(": the counts in the header are impossible", std::to_string(num_tensors_) + " tensors and " +
                                                            std::to_string(num_values_) + " metadata values in " +
                                                            std::to_string(bytes_.size()) + " bytes");
    }
  }

  std::string read_text(const std::string& what) {
    const auto text = reader_.take(reader_.number<std::uint64_t>(what), what);
    return {reinterpret_cast<const char*>(text.data()), text.size()};
  }

  GgufType read_type(const std::string& key) {
    const auto number = reader_.number<std::uint32_t>("the type of key " + key);
    if (number >= value_type_names.size()) {
      fail(": key " + key + " has the unknown type " + std::to_string(number), "the format has types 0 to 12");
    }
    return static_cast<GgufType>(number);
  }

  void read_value() {
    const std::string key = read_text("a metadata key");
    require_plain_name(key, "a metadata key", file_);
    GgufValue value;
    value.type = read_type(key);
    value.element = value.type;
    if (value.type == GgufType::array) {
      value.element = read_type(key);
      value.count = reader_.number<std::uint64_t>("the length of key " + key);
      if (value.element == GgufType::array) {
        fail(": key " + key + " is an array of arrays", "it cannot be read", "convert the model again");
      }
    }
    value.bytes = read_elements(value, key);
    if (!metadata_.emplace(key, value).second) fail(": key " + key + " comes twice", "keys must be unique");
  }

  std::span<const std::byte> read_elements(const GgufValue& value, const std::string& key) {
    const std::uint64_t size = element_bytes(value.element);
    if (size > 0) {
      if (value.count > reader_.remaining() / size) {
        fail(": the file ends within key " + key, "it claims " + std::to_string(value.count) + " elements");
      }
      return reader_.take(value.count * size, key);
    }
    const std::uint64_t begin = reader_.position();
    const std::string what = "key " + key;
    for (std::uint64_t i = 0; i < value.count; ++i) reader_.take(reader_.number<std::uint64_t>(what), what);
    return bytes_.subspan(begin, reader_.position() - begin);
  }

  std::uint64_t read_alignment() const {
    const auto found = metadata_.find(alignment_key);
    if (found == metadata_.end()) return default_alignment;
    std::uint32_t alignment = 0;
    if (found->second.type == GgufType::u32) std::memcpy(&alignment, found->second.bytes.data(), sizeof(alignment));
    if (!std::has_single_bit(alignment)) {
      std::string found_text = "found " + type_text(found->second);
      if (alignment != 0) found_text.append(" ").append(std::to_string(alignment));
      fail(": key " + std::string(alignment_key) + " is not a power of two of type u32", found_text);
    }
    return alignment;
  }

  Description read_description() {
    Description tensor;
    TensorEntry& entry = tensor.entry;
    entry.name = read_text("a tensor's name");
    require_plain_name(entry.name, "a tensor", file_);
    entry.file = file_;
    const std::string what = "tensor " + entry.name;
    const auto dimensions = reader_.number<std::uint32_t>(what);
    if (dimensions > most_dimensions) {
      fail(": " + what + " has " + std::to_string(dimensions) + " dimensions",
           "the format allows " + std::to_string(most_dimensions));
    }
    for (std::uint32_t i = 0; i < dimensions; ++i) {
      const auto size = reader_.number<std::uint64_t>(what);
      if (size > INT64_MAX) fail(": " + what + " has an impossible shape", "a size does not fit in 63 bits");
      entry.shape.push_back(static_cast<std::int64_t>(size));
    }
    std::reverse(entry.shape.begin(), entry.shape.end());
    entry.type = read_tensor_type(what);
    tensor.bytes = static_cast<std::uint64_t>(stored_bytes(entry.type, entry.shape, entry.name, file_));
    tensor.offset = reader_.number<std::uint64_t>(what);
    return tensor;
  }

  TensorType read_tensor_type(const std::string& what) {
    const auto number = reader_.number<std::uint32_t>(what);
    for (const auto& [known, type] : tensor_types) {
      if (number == known) return type;
    }
    fail(": " + what + " has type " + std::to_string(number) + ", which cannot be read",
         "F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K and integers can",
         "get the model in one of these quantisations");
  }

  TensorTable place(std::vector<Description> tensors, std::span<const std::byte> content,
                    std::uint64_t alignment) const {
    std::stable_sort(tensors.begin(), tensors.end(), [](const Description& a, const Description& b) {
      return std::pair(a.offset, a.bytes) < std::pair(b.offset, b.bytes);
    });
    std::uint64_t free_from = 0;
    std::vector<TensorEntry> entries;
    for (Description& tensor : tensors) {
      const std::string where = ": tensor " + tensor.entry.name;
      const std::string begins = "it begins at byte " + std::to_string(tensor.offset) + " of the tensors";
      if (tensor.offset % alignment != 0) {
        fail(where + " is not aligned", begins + ", the alignment is " + std::to_string(alignment));
      }
      if (tensor.offset > content.size() || tensor.bytes > content.size() - tensor.offset) {
        fail(where + " lies outside the file",
             begins + " and takes " + std::to_string(tensor.bytes) + ", there are " + std::to_string(content.size()),
             "the file is cut off: get it again");
      }
      if (tensor.offset < free_from) {
        fail(where + " overlaps another tensor", begins + ", the one before it ends at " + std::to_string(free_from));
      }
      free_from = tensor.offset + tensor.bytes;
      tensor.entry.bytes = content.subspan(tensor.offset, tensor.bytes);
      entries.push_back(std::move(tensor.entry));
    }
    return {file_, std::move(entries)};
  }

  std::span<const std::byte> bytes_;
  const std::string& file_;
  ByteReader reader_;
  std::uint64_t num_tensors_ = 0;
  std::uint64_t num_values_ = 0;
  std::map<std::string, GgufValue, std::less<>> metadata_;
};

}  // namespace

GgufContent parse_gguf(std::span<const std::byte> bytes, const std::string& file) {
  return Parser(bytes, file).parse();
}

std::uint64_t element_bytes(GgufType type) {
  switch (type) {
    case GgufType::u8:
    case GgufType::i8:
    case GgufType::boolean:
      return 1;
    case GgufType::u16:
    case GgufType::i16:
      return 2;
    case GgufType::u32:
    case GgufType::i32:
    case GgufType::f32:
      return 4;
    case GgufType::u64:
    case GgufType::i64:
    case GgufType::f64:
      return 8;
    case GgufType::text:
    case GgufType::array:
      return 0;
  }
  AT2_EXPECT(false, "a metadata type has a size");
}

std::string type_text(const GgufValue& value) {
  const std::string element = value_type_names[static_cast<std::size_t>(value.element)];
  return value.type == GgufType::array ? "array of " + element : element;
}

}  // namespace at2
