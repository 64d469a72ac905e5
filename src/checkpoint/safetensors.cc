#include "checkpoint/safetensors.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/errors.h"
#include "checkpoint/byte_reader.h"
#include "checkpoint/strict_json.h"

namespace at2 {
namespace {

using nlohmann::json;

constexpr std::uint64_t longest_header = 100'000'000;
constexpr const char* get_again = "get the file again";

constexpr std::pair<const char*, TensorType> dtypes[] = {
    {"F32", TensorType::f32},      {"F16", TensorType::f16},         {"BF16", TensorType::bf16},
    {"F64", TensorType::f64},      {"F8_E4M3", TensorType::f8_e4m3}, {"F8_E5M2", TensorType::f8_e5m2},
    {"BOOL", TensorType::boolean}, {"U8", TensorType::u8},           {"I8", TensorType::i8},
    {"U16", TensorType::u16},      {"I16", TensorType::i16},         {"U32", TensorType::u32},
    {"I32", TensorType::i32},      {"U64", TensorType::u64},         {"I64", TensorType::i64}};

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A tensor as the header describes it: its bytes are [begin, end) of the part after the header.
struct Description {
  TensorEntry entry;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

std::optional<std::vector<std::int64_t>> sizes_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return std::nullopt;
  std::vector<std::int64_t> sizes;
  for (const json& number : *found) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
    sizes.push_back(number.get<std::int64_t>());
  }
  return sizes;
}

TensorType dtype_of(const json& object, const std::string& where) {
  const auto found = object.find("dtype");
  if (found == object.end() || !found->is_string()) {
    throw UserError(where + " has no dtype", "the header must give it as text", get_again);
  }
  const auto& name = found->get_ref<const std::string&>();
  for (const auto& [known, type] : dtypes) {
    if (name == known) return type;
  }
  throw UserError(where + " has the unknown dtype \"" + name + "\"", "F32, F16, BF16 and integer types are known",
                  "convert the weights to one of these");
}

Description describe(const std::string& name, const json& object, const std::string& file) {
  const std::string where = file + ": tensor " + name;
  if (!object.is_object()) throw UserError(where + " is not described by an object", object.type_name(), get_again);
  Description description;
  description.entry.name = name;
  description.entry.file = file;
  description.entry.type = dtype_of(object, where);
  auto shape = sizes_of(object, "shape");
  if (!shape) throw UserError(where + " has no usable shape", "it must be a list of sizes", get_again);
  const auto offsets = sizes_of(object, "data_offsets");
  if (!offsets || offsets->size() != 2 || offsets->front() > offsets->back()) {
    throw UserError(where + " has no usable data_offsets", "they must be [begin, end]", get_again);
  }
  description.entry.shape = std::move(*shape);
  description.begin = offsets->front();
  description.end = offsets->back();
  const std::int64_t expected = stored_bytes(description.entry.type, description.entry.shape, name, file);
  if (description.end - description.begin != expected) {
    throw UserError(where + " does not fit its data_offsets",
                    std::string(type_name(description.entry.type)) + " of its shape takes " + std::to_string(expected) +
                        " bytes, data_offsets span " + std::to_string(description.end - description.begin),
                    get_again);
  }
  return description;
}

/// Checks that the tensors cover `size` bytes without overlap or hole, in the order of their offsets.
void check_cover(std::vector<Description>& tensors, std::int64_t size, const std::string& file) {
  std::sort(tensors.begin(), tensors.end(), [](const Description& a, const Description& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::int64_t covered = 0;
  for (const Description& tensor : tensors) {
    const std::string where = file + ": tensor " + tensor.entry.name;
    if (tensor.end > size) {
      throw UserError(
          where + " lies outside the file",
          "it ends at byte " + std::to_string(tensor.end) + " of " + std::to_string(size) + " after the header",
          "the file is cut off: get it again");
    }
    if (tensor.begin != covered) {
      throw UserError(where + (tensor.begin < covered ? " overlaps another tensor" : " leaves a hole before it"),
                      "it begins at byte " + std::to_string(tensor.begin) + ", the one before it ends at " +
                          std::to_string(covered),
                      get_again);
    }
    covered = tensor.end;
  }
  if (covered != size) {
    throw UserError(file + ": bytes after the last tensor belong to none",
                    std::to_string(size) + " bytes follow the header, the tensors take " + std::to_string(covered),
                    get_again);
  }
}

void check_metadata(const json& metadata, const std::string& file) {
  const bool texts = metadata.is_object() &&
                     std::all_of(metadata.begin(), metadata.end(), [](const json& value) { return value.is_string(); });
  if (!texts) throw UserError(file + ": __metadata__ is not an object of texts", metadata.type_name(), get_again);
}

}  // namespace

TensorTable parse_safetensors(std::span<const std::byte> bytes, const std::string& file) {
  ByteReader reader(bytes, file);
  const auto length = reader.number<std::uint64_t>("the length of the header");
  if (length > longest_header) {
    throw UserError(file + " is not a safetensors file", "its header would have " + std::to_string(length) + " bytes",
                    "name a .safetensors file");
  }
  const std::string_view header = as_text(reader.take(length, "the header"));
  if (!header.starts_with('{')) throw UserError(file + ": the header does not begin with {", "", get_again);
  const auto content = reader.take(reader.remaining(), "the tensors");

  const json described = parse_strict_json(header, file);
  std::vector<Description> tensors;
  for (const auto& [name, object] : described.items()) {
    if (name == "__metadata__") {
      check_metadata(object, file);
    } else {
      tensors.push_back(describe(name, object, file));
    }
  }
  check_cover(tensors, static_cast<std::int64_t>(content.size()), file);
  std::vector<TensorEntry> entries;
  for (Description& tensor : tensors) {
    tensor.entry.bytes =
        content.subspan(static_cast<std::size_t>(tensor.begin), static_cast<std::size_t>(tensor.end - tensor.begin));
    entries.push_back(std::move(tensor.entry));
  }
  return {file, std::move(entries)};
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : file_(path), tensors_(parse_safetensors(file_.bytes(), path.string())) {}

}  // namespace at2
