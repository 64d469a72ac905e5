// Fuzzes the readers of data sets (JSON, JSON lines, CSV, HTML, plain or compressed). The first byte chooses the
// format.
#include "data/readers.h"
#include "fuzz/input_file.h"
#include "fuzz/refused_by_name.h"
#include "text/utf8.h"

namespace {

using at2::testing::require;

constexpr at2::DatasetFormat kFormats[] = {
    at2::DatasetFormat::jsonl,         at2::DatasetFormat::dolly,           at2::DatasetFormat::hotpotqa,
    at2::DatasetFormat::cnn_dailymail, at2::DatasetFormat::ms_marco,        at2::DatasetFormat::natural_questions,
    at2::DatasetFormat::drop,          at2::DatasetFormat::global_opinions, at2::DatasetFormat::agieval};

/// What the rest of the program takes for granted.
void check(const at2::Example& example) {
  const auto length = static_cast<std::int64_t>(example.content.size());
  require(!at2::find_invalid_utf8(example.content));
  require(!at2::find_invalid_utf8(example.id));
  require(example.context.begin >= 0 && example.context.begin <= example.context.end && example.context.end <= length);
  for (const at2::CharRange& passage : example.passages) {
    require(passage.begin >= example.context.begin && passage.end <= example.context.end);
  }
  if (example.response) require(!at2::find_invalid_utf8(*example.response));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size == 0) return 0;
  const at2::testing::InputFile file({input + 1, size - 1});
  at2::DatasetOptions options;
  options.format = kFormats[input[0] % std::size(kFormats)];
  options.path = file.path();
  at2::ReadRules rules;
  rules.max_bad_fraction = 1;
  rules.without_context = input[0] < 128 ? at2::WithoutContext::drop : at2::WithoutContext::keep;
  at2::testing::read_or_refuse(
      [&] {
        at2::ReadReport report;
        for (const at2::Example& example : at2::read_examples(options, rules, report)) check(example);
        require(report.read == report.kept + report.filtered + report.bad);
        return 0;
      },
      file.path());
  return 0;
}
