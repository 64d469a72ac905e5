#include "store/shard.h"

#include <ATen/Version.h>

#include <array>
#include <cstdio>
#include <utility>

namespace at2 {
namespace {

ShardHeader read_header(const Hdf5Reader& reader) {
  ShardHeader header;
  header.kind = reader.text_attribute("/", "kind");
  header.schema_version = reader.int_attribute("/", "schema_version");
  header.fingerprint = reader.text_attribute("/", "fingerprint");
  header.device = reader.text_attribute("/", "device");
  header.dtype = reader.text_attribute("/", "dtype");
  header.instruction_set = reader.text_attribute("/", "instruction_set");
  header.chunk = reader.int_attribute("/", "chunk");
  header.num_chunks = reader.int_attribute("/", "num_chunks");
  return header;
}

}  // namespace

std::string instruction_set() { return at::get_cpu_capability(); }

std::string example_group(std::int64_t index) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "examples/%06lld", static_cast<long long>(index));
  return text.data();
}

ShardWriter::ShardWriter(std::filesystem::path path, const ShardHeader& header) : Hdf5Writer(std::move(path)) {
  write_attribute("/", "kind", header.kind);
  write_attribute("/", "schema_version", header.schema_version);
  write_attribute("/", "fingerprint", header.fingerprint);
  write_attribute("/", "device", header.device);
  write_attribute("/", "dtype", header.dtype);
  write_attribute("/", "instruction_set", header.instruction_set);
  write_attribute("/", "chunk", header.chunk);
  write_attribute("/", "num_chunks", header.num_chunks);
}

ShardReader::ShardReader(std::filesystem::path path) : Hdf5Reader(std::move(path)), header_(read_header(*this)) {}

}  // namespace at2
