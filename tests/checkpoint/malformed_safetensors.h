/// \file checkpoint/malformed_safetensors.h
/// \brief .safetensors files and indices of shards that must be refused, each with what the message must say.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/file_builders.h"
#include "checkpoint/malformed_file.h"

namespace at2::testing {

struct SpoiledSafetensors {
  const char* title;
  std::string bytes;
  const char* named;
  const char* reason;
};

inline std::string eight_bytes() { return raw(1.5F) + raw(-2.0F); }

/// Two tensors "a" [1] and "b" [1, 1] over eight bytes.
inline std::string two_tensors() {
  return safetensors_bytes("{\"__metadata__\":{\"format\":\"pt\"}," + described("a", "F32", "[1]", 0, 4) + "," +
                               described("b", "F32", "[1,1]", 4, 8) + "}  ",
                           eight_bytes());
}

/// One tensor "weight" over eight bytes, described as given.
inline std::string one(const std::string& dtype, const std::string& shape, int begin, int end) {
  return safetensors_bytes("{" + described("weight", dtype, shape, begin, end) + "}", eight_bytes());
}

inline std::string headed(const std::string& header) { return safetensors_bytes(header, eight_bytes()); }

inline std::vector<SpoiledSafetensors> wrong_headers() {
  const std::string deep(2000, '[');
  return {{"Empty", "", "", "ends within the length of the header"},
          {"LengthCutOff", "\x02\x00\x00", "", "ends within the length of the header"},
          {"HugeHeader", raw<std::uint64_t>(1ULL << 60) + "{}", "", "is not a safetensors file"},
          {"HeaderAbove100MB", raw<std::uint64_t>(100'000'001) + "{}", "", "is not a safetensors file"},
          {"HeaderLongerThanFile", raw<std::uint64_t>(3) + "{}", "", "ends within the header"},
          {"HeaderOfNothing", raw<std::uint64_t>(0), "", "does not begin with {"},
          {"HeaderIsAList", headed("[1]"), "", "does not begin with {"},
          {"HeaderBeginsWithSpace", headed(" {}"), "", "does not begin with {"},
          {"BrokenJson", headed("{\"weight\":"), "", "JSON is broken"},
          {"TextAfterJson", headed("{}{}"), "", "JSON is broken"},
          {"InvalidUtf8", headed("{\"\xFF\":1}"), "", "JSON is broken"},
          {"TooDeep", headed("{\"a\":" + deep), "", "nested too deeply"},
          {"DuplicateName",
           headed("{" + described("weight", "F32", "[1]", 0, 4) + "," + described("weight", "F32", "[1]", 4, 8) + "}"),
           "\"weight\"", "comes twice"},
          {"DuplicateDtype", headed("{\"weight\":{\"dtype\":\"F32\",\"dtype\":\"F16\"}}"), "\"dtype\"", "comes twice"},
          {"NameWithZeroByte", headed("{\"wei\\u0000ght\":{}}"), "\"wei\\x00ght\"", "control characters"},
          {"MetadataIsANumber", headed("{\"__metadata__\":1}"), "__metadata__", "not an object of texts"},
          {"MetadataHasANumber", headed("{\"__metadata__\":{\"a\":1}}"), "__metadata__", "not an object of texts"},
          {"TensorIsANumber", headed("{\"weight\":1}"), "tensor weight", "not described by an object"}};
}

inline std::vector<SpoiledSafetensors> wrong_descriptions() {
  const std::string full = described("a", "F32", "[2]", 0, 8);
  return {{"NoDtype", headed("{\"weight\":{\"shape\":[2],\"data_offsets\":[0,8]}}"), "tensor weight", "no dtype"},
          {"UnknownDtype", one("F31", "[2]", 0, 8), "tensor weight", "unknown dtype \"F31\""},
          {"LyingDtype", one("F16", "[2]", 0, 8), "tensor weight", "does not fit its data_offsets"},
          {"LyingShape", one("F32", "[3]", 0, 8), "tensor weight", "does not fit its data_offsets"},
          {"NegativeSize", one("F32", "[-2]", 0, 8), "tensor weight", "no usable shape"},
          {"FractionalSize", one("F32", "[2.0]", 0, 8), "tensor weight", "no usable shape"},
          {"ShapeIsANumber", one("F32", "2", 0, 8), "tensor weight", "no usable shape"},
          {"SizeAbove63Bits", one("F32", "[18446744073709551615]", 0, 8), "tensor weight", "no usable shape"},
          {"OverflowingShape", one("F32", "[4294967296,4294967296,2]", 0, 8), "tensor weight", "shape is impossible"},
          {"OverflowTo8Bytes", one("U8", "[4294967297,4294967297,9223372036854775807]", 0, 8), "tensor weight",
           "shape is impossible"},
          {"OneOffset", headed("{\"weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}"), "tensor weight",
           "no usable data_offsets"},
          {"OffsetsReversed", one("F32", "[2]", 8, 0), "tensor weight", "no usable data_offsets"},
          {"OutsideTheFile", one("F32", "[3]", 0, 12), "tensor weight", "lies outside the file"},
          {"HoleBefore", one("F32", "[1]", 4, 8), "tensor weight", "leaves a hole"},
          {"HoleAfter", one("F32", "[1]", 0, 4), "", "belong to none"},
          {"Overlap", headed("{" + full + "," + described("weight", "F32", "[1]", 4, 8) + "}"), "tensor weight",
           "overlaps another tensor"},
          {"SameBytes", headed("{" + full + "," + described("weight", "F32", "[2]", 0, 8) + "}"), "tensor weight",
           "overlaps another tensor"}};
}

inline std::vector<SpoiledSafetensors> wrong_indices() {
  const auto shard = [](const std::string& text) { return "{\"weight_map\":{\"weight\":" + text + "}}"; };
  return {{"IndexEmpty", "", "", "JSON is broken"},
          {"IndexCutOff", "{\"weight_map\":", "", "JSON is broken"},
          {"IndexIsAList", "[]", "", "not an object"},
          {"IndexHasNoMap", "{}", "", "no weight_map"},
          {"IndexMapIsAList", "{\"weight_map\":[]}", "", "no weight_map"},
          {"IndexTooDeep", "{\"weight_map\":" + std::string(1000, '['), "", "nested too deeply"},
          {"TensorListedTwice", "{\"weight_map\":{\"weight\":\"a\",\"weight\":\"b\"}}", "\"weight\"", "comes twice"},
          {"ShardIsANumber", shard("1"), "tensor weight", "not a file name"},
          {"ShardIsAnIndex", shard("{\"weight_map\":{}}"), "tensor weight", "not a file name"},
          {"ShardIsTheIndexItself", shard("\"model.safetensors.index.json\""), "tensor weight", "another file"},
          {"ShardInTheFolderAbove", shard("\"../one.safetensors\""), "tensor weight", "of the same folder"},
          {"ShardIsAnAbsolutePath", shard("\"/one.safetensors\""), "tensor weight", "of the same folder"},
          {"ShardInAFolder", shard("\"sub/one.safetensors\""), "tensor weight", "of the same folder"},
          {"ShardIsTheFolder", shard("\".\""), "tensor weight", "of the same folder"},
          {"ShardIsTheFolderAbove", shard("\"..\""), "tensor weight", "of the same folder"},
          {"ShardHasNoName", shard("\"\""), "tensor weight", "of the same folder"},
          {"ShardNameWithZero", shard("\"a\\u0000b\""), "tensor weight", "of the same folder"}};
}

/// \param name  of each file
inline std::vector<MalformedFile> malformed(const std::string& name, const std::vector<SpoiledSafetensors>& spoiled) {
  std::vector<MalformedFile> files;
  for (const SpoiledSafetensors& one : spoiled) files.push_back({one.title, name, one.bytes, one.named, one.reason});
  return files;
}

}  // namespace at2::testing
