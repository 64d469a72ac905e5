#include "app/data_command.h"

#include <algorithm>
#include <ostream>

#include "app/examples_file.h"
#include "app/inputs.h"
#include "config/enum_text.h"
#include "config/load.h"

namespace at2 {
namespace {

/// \return the examples that a run would take
std::vector<Example> print_set(const RunOptions& options, Split split, std::ostream& out) {
  const DatasetOptions& dataset = dataset_options(options, split);
  if (dataset.path.empty()) return {};
  ReadReport report;
  std::vector<Example> examples = read_examples(dataset, read_rules(options, split), report);
  out << to_text(split) << ": " << dataset.path << " (" << to_text(dataset.format) << ", " << report.files
      << (report.files == 1 ? " file)\n" : " files)\n");
  out << "  read " << report.read << "\n  kept " << report.kept << "\n  used " << report.selected << "\n";
  for (const auto& [reason, count] : report.dropped_by_reason) {
    out << "  dropped " << count << ": " << reason << "\n";
  }
  for (const std::string& record : report.first_bad) out << "  " << record << "\n";
  const auto given = std::count_if(examples.begin(), examples.end(), [](const Example& e) { return !!e.response; });
  if (given > 0) out << "  " << given << " with a response that is attributed instead of a generated one\n";
  const Example& first = examples.front();
  out << "  prompt of " << first.id << ":\n\n" << first.content << "\n\n";
  return examples;
}

}  // namespace

void data_command(const CommandLine& line, Environment& environment, std::ostream& out) {
  if (environment.communicator().rank() != 0) return;
  const RunOptions options = load_options(line.config_file, line.overrides);
  const std::vector<Example> train = print_set(options, Split::train, out);
  const std::vector<Example> evaluation = print_set(options, Split::evaluation, out);
  const std::string overlap = overlap_text(train, evaluation);
  if (!overlap.empty()) out << overlap << "\n";
  out << std::flush;
}

}  // namespace at2
