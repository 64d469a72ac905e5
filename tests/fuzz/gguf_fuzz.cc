// Fuzzes the reader of GGUF files: every metadata value and every tensor of what it accepts is decoded.
#include "checkpoint/read_everything.h"
#include "fuzz/refused_by_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using namespace at2::testing;
  const auto bytes = std::as_bytes(std::span(input, size));
  read_or_refuse([&] { return read_gguf(bytes, "fuzz.gguf"); }, "fuzz.gguf");
  return 0;
}
