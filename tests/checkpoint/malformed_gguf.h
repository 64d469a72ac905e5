/// \file checkpoint/malformed_gguf.h
/// \brief GGUF files that must be refused, each with what the message must say.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "checkpoint/file_builders.h"
#include "checkpoint/malformed_file.h"

namespace at2::testing {

/// A way to spoil the file that `small_gguf` builds.
struct SpoiledGguf {
  const char* title;
  std::function<void(GgufParts&)> spoil;
  const char* named;
  const char* reason;
};

inline std::string text_array(std::uint64_t count, const std::string& elements) {
  return raw(gguf_type::text) + raw(count) + elements;
}

inline std::vector<SpoiledGguf> wrong_structures() {
  return {
      {"BadMagic", [](GgufParts& p) { p.magic = "GGML"; }, "", "is not a GGUF file"},
      {"Version1", [](GgufParts& p) { p.version = 1; }, "", "version 1 cannot be read"},
      {"Version4", [](GgufParts& p) { p.version = 4; }, "", "version 4 cannot be read"},
      {"BigEndian", [](GgufParts& p) { p.version = 0x03000000; }, "", "big-endian"},
      {"TooManyTensors", [](GgufParts& p) { p.num_tensors = INT64_MAX; }, "", "counts in the header are impossible"},
      {"TooManyValues", [](GgufParts& p) { p.num_values = INT64_MAX; }, "", "counts in the header are impossible"},
      {"OneTensorTooMany", [](GgufParts& p) { p.num_tensors = 3; }, "tensor", ""},
      {"TensorsButNoContent", [](GgufParts& p) { p.content.clear(); }, "tensor matrix", "lies outside the file"},
      {"DuplicateKey", [](GgufParts& p) { p.values.push_back(p.values[1]); }, "key layers", "comes twice"},
      {"PartOfAModel", [](GgufParts& p) { p.values.push_back(gguf_value("split.count", 4, raw(3U))); }, "",
       "one of 3 parts"},
      {"SplitCountOfAnotherType",
       [](GgufParts& p) { p.values.push_back(gguf_value("split.count", gguf_type::text, gguf_text("3"))); },
       "key split.count", "of type text"},
      {"KeyWithZeroByte",
       [](GgufParts& p) { p.values[1] = gguf_value(std::string("la\0yers", 7), gguf_type::u32, raw(30U)); },
       "a metadata key", "\"la\\x00yers\""},
      {"UnknownValueType", [](GgufParts& p) { p.values[1] = gguf_value("layers", 13, raw<std::uint32_t>(30)); },
       "key layers", "unknown type 13"},
      {"UnknownElementType",
       [](GgufParts& p) { p.values[3] = gguf_value("tokens", gguf_type::array, raw(99U) + raw<std::uint64_t>(0)); },
       "key tokens", "unknown type 99"},
      {"ArrayOfArrays",
       [](GgufParts& p) {
         p.values[3] = gguf_value("tokens", gguf_type::array, raw(gguf_type::array) + raw<std::uint64_t>(0));
       },
       "key tokens", "array of arrays"},
      {"LyingNumberArray",
       [](GgufParts& p) {
         p.values[3] = gguf_value("tokens", gguf_type::array, raw(gguf_type::u32) + raw<std::uint64_t>(1ULL << 62));
       },
       "key tokens", "the file ends within"},
      {"LyingTextArray",
       [](GgufParts& p) {
         p.values[3] = gguf_value("tokens", gguf_type::array, text_array(1ULL << 60, gguf_text("a")));
       },
       "key tokens", "the file ends within"},
      {"LyingTextLength",
       [](GgufParts& p) { p.values[0] = gguf_value("general.architecture", gguf_type::text, raw<std::uint64_t>(-1)); },
       "key general.architecture", "the file ends within"},
      {"LyingKeyLength", [](GgufParts& p) { p.values[0] = raw<std::uint64_t>(1ULL << 40) + "key"; }, "a metadata key",
       "the file ends within"},
      {"AlignmentOfAnotherType",
       [](GgufParts& p) { p.values.push_back(gguf_value("general.alignment", gguf_type::text, gguf_text("32"))); },
       "general.alignment", "found text"},
      {"AlignmentZero",
       [](GgufParts& p) { p.values.push_back(gguf_value("general.alignment", gguf_type::u32, raw(0U))); },
       "general.alignment", "power of two"},
      {"AlignmentNoPowerOfTwo",
       [](GgufParts& p) { p.values.push_back(gguf_value("general.alignment", gguf_type::u32, raw(48U))); },
       "general.alignment", "found u32 48"}};
}

inline std::vector<SpoiledGguf> wrong_tensors() {
  const auto matrix = [](const std::vector<std::uint64_t>& ne, std::uint32_t type, std::uint64_t offset) {
    return [=](GgufParts& p) { p.tensors[0] = gguf_tensor("matrix", ne, type, offset); };
  };
  const auto blocks = [](const std::vector<std::uint64_t>& ne, std::uint32_t type, std::uint64_t offset) {
    return [=](GgufParts& p) { p.tensors[1] = gguf_tensor("blocks", ne, type, offset); };
  };
  return {{"UnknownTensorType", matrix({3, 2}, 16, 0), "tensor matrix", "type 16, which cannot be read"},
          {"TooManyDimensions", matrix({1, 1, 1, 1, 6}, 0, 0), "tensor matrix", "5 dimensions"},
          {"NegativeSize", matrix({3, 1ULL << 63}, 0, 0), "tensor matrix", "impossible shape"},
          {"OverflowingShape", matrix({1ULL << 40, 1ULL << 40}, 0, 0), "tensor matrix", "shape is impossible"},
          {"OverflowingBytes", matrix({1ULL << 62}, 0, 0), "tensor matrix", "shape is impossible"},
          {"OverflowingElements", blocks({32, 1ULL << 58}, 8, 32), "tensor blocks", "shape is impossible"},
          {"PartOfABlock", blocks({33, 1}, 8, 32), "tensor blocks", "no multiple of the block of Q8_0"},
          {"QuantisedScalar", blocks({}, 8, 32), "tensor blocks", "no multiple of the block"},
          {"Unaligned", blocks({32, 1}, 8, 33), "tensor blocks", "is not aligned"},
          {"Overlapping", blocks({32, 1}, 8, 0), "tensor", "overlaps another tensor"},
          {"OffsetOutside", blocks({32, 1}, 8, 1ULL << 62), "tensor blocks", "lies outside the file"},
          {"OffsetThatWouldWrapAround", blocks({32, 1}, 8, ~31ULL), "tensor blocks", "lies outside the file"},
          {"EndOutside", blocks({32, 2}, 8, 32), "tensor blocks", "lies outside the file"},
          {"WiderTypeThanStored", matrix({3, 2}, 28, 0), "tensor", "overlaps another tensor"},
          {"WiderTypeThanTheFile", blocks({32, 1}, 0, 32), "tensor blocks", "lies outside the file"},
          {"NameLongerThanTheFile", [](GgufParts& p) { p.tensors[0] = raw<std::uint64_t>(1ULL << 40) + "matrix"; },
           "a tensor's name", "the file ends within"},
          {"NameWithEscapeSequence",
           [](GgufParts& p) {
             p.tensors[0] = gguf_tensor("matrix\x1b[2J", {3, 2}, 0, 0);
           },
           "matrix\\x1b[2J", "control characters"},
          {"DescriptionCutOff",
           [](GgufParts& p) {
             p.tensors = {p.tensors[0].substr(0, 30)};
             p.content.clear();
             p.alignment = 1;
           },
           "tensor matrix", "the file ends within"},
          {"DuplicateTensor",
           [](GgufParts& p) {
             p.tensors[1] = gguf_tensor("matrix", {32, 1}, gguf_type::tensor_q8_0, 32);
           },
           "tensor matrix", "comes twice"}};
}

inline std::vector<MalformedFile> malformed_gguf(const std::vector<SpoiledGguf>& spoiled) {
  std::vector<MalformedFile> files;
  for (const SpoiledGguf& one : spoiled) {
    GgufParts parts = small_gguf();
    one.spoil(parts);
    files.push_back({one.title, "wrong.gguf", parts.bytes(), one.named, one.reason});
  }
  return files;
}

}  // namespace at2::testing
