/// \file store/shard.h
/// \brief A shard: one finished chunk of examples in an immutable HDF5 file (docs/store_format.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "store/hdf5_reader.h"
#include "store/hdf5_writer.h"

namespace at2 {

/// What a shard is and what it was made from. Kept as attributes of the file's root.
struct ShardHeader {
  /// "responses", "ablations", "scores".
  std::string kind;
  std::int64_t schema_version = 1;
  /// Digest of everything that the values depend on: model, tokenizer, template, data set, config keys.
  std::string fingerprint;
  /// "cpu" or "cuda".
  std::string device;
  /// Number format of the model's arithmetic: "float32", "bfloat16", "float16".
  std::string dtype;
  /// CPU instruction set that LibTorch uses, see instruction_set().
  std::string instruction_set;
  std::int64_t chunk = 0;
  std::int64_t num_chunks = 0;
  bool operator==(const ShardHeader&) const = default;
};

/// The CPU instruction set that LibTorch chose on this machine: "AVX2", "AVX512", "DEFAULT", ...
[[nodiscard]] std::string instruction_set();

/// Group of an example inside a shard: "examples/000012".
[[nodiscard]] std::string example_group(std::int64_t index);

/// Writes a shard; call commit() when everything is in.
class ShardWriter : public Hdf5Writer {
 public:
  ShardWriter(std::filesystem::path path, const ShardHeader& header);
};

/// Reads a shard.
class ShardReader : public Hdf5Reader {
 public:
  /// \throws UserError if the file is missing, damaged or has no shard header.
  explicit ShardReader(std::filesystem::path path);
  [[nodiscard]] const ShardHeader& header() const noexcept { return header_; }

 private:
  ShardHeader header_;
};

}  // namespace at2
