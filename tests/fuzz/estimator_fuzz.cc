// Fuzzes the reader of estimator files. The checksum is made right, so that damage reaches what lies behind it.
#include <vector>

#include "fuzz/input_file.h"
#include "fuzz/refused_by_name.h"
#include "store/checksum.h"
#include "train/score_estimator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using namespace at2::testing;
  std::vector<std::uint8_t> content(input, input + size);
  const std::string line = at2::checksum_line({reinterpret_cast<const char*>(input), size});
  content.insert(content.end(), line.begin(), line.end());
  const InputFile file(content);
  read_or_refuse([&] { return at2::load_estimator(file.path(), "", at2::ModelCheck::accept_any); }, file.path());
  return 0;
}
