// Fuzzes the readers of .safetensors files and of the index of shards. No input is accepted by both: a file begins with
// the length of its header, an index with a brace, which would be a length beyond every limit.
#include "checkpoint/read_everything.h"
#include "fuzz/refused_by_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using namespace at2::testing;
  const auto bytes = std::as_bytes(std::span(input, size));
  read_or_refuse([&] { return read_safetensors(bytes, "fuzz.safetensors"); }, "fuzz.safetensors");
  read_or_refuse([&] { return read_index(bytes, "fuzz.index.json"); }, "fuzz.index.json");
  return 0;
}
