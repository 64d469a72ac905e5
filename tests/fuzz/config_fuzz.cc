// Fuzzes the reader of config files and of --set: what is accepted comes back from its own dump.
#include <string_view>

#include "config/load.h"
#include "fuzz/input_file.h"
#include "fuzz/refused_by_name.h"

namespace {

using at2::testing::require;

/// Other files must stay out of it: `base:` could name a device.
bool names_a_base(std::string_view text) { return text.find("base") != std::string_view::npos; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using namespace at2::testing;
  const std::string_view text(reinterpret_cast<const char*>(input), size);
  if (names_a_base(text)) return 0;
  const InputFile file({input, size});
  read_or_refuse(
      [&] {
        const at2::RunOptions options = at2::load_options(file.path());
        const std::string dump = at2::dump_options(options);
        const InputFile dumped({reinterpret_cast<const std::uint8_t*>(dump.data()), dump.size()});
        require(at2::dump_options(at2::load_options(dumped.path())) == dump);
        return 0;
      },
      file.path());
  const std::string override(text);
  read_or_refuse([&] { return at2::override_options({}, std::span(&override, 1)); }, "");
  return 0;
}
