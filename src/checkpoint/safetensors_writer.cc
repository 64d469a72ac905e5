#include "checkpoint/safetensors_writer.h"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/errors.h"

namespace at2 {
namespace {

constexpr std::size_t alignment = 64;

std::string header_of(std::span<const TensorDescription> tensors, const std::string& file,
                      std::vector<std::int64_t>& sizes) {
  nlohmann::json header = nlohmann::json::object();
  std::int64_t begin = 0;
  for (const TensorDescription& tensor : tensors) {
    AT2_EXPECT(block_layout(tensor.type).elements == 1, "safetensors files have plain types only");
    sizes.push_back(stored_bytes(tensor.type, tensor.shape, tensor.name, file));
    header[tensor.name] = {
        {"dtype", type_name(tensor.type)}, {"shape", tensor.shape}, {"data_offsets", {begin, begin + sizes.back()}}};
    begin += sizes.back();
  }
  std::string text = header.dump();
  const std::size_t whole = sizeof(std::uint64_t) + text.size();
  text.append((alignment - whole % alignment) % alignment, ' ');
  return text;
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path, std::span<const TensorDescription> tensors)
    : file_(path) {
  const std::string header = header_of(tensors, path.string(), sizes_);
  const std::uint64_t length = header.size();
  file_.write({reinterpret_cast<const char*>(&length), sizeof(length)});
  file_.write(header);
}

void SafetensorsWriter::append(std::span<const std::byte> bytes) {
  AT2_EXPECT(next_ < sizes_.size() && std::ssize(bytes) == sizes_[next_], "the next tensor has another size");
  file_.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  ++next_;
}

void SafetensorsWriter::commit() {
  AT2_EXPECT(next_ == sizes_.size(), "every tensor is written before the file is complete");
  file_.commit();
}

}  // namespace at2
