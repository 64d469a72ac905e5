#include "app/figures_options.h"

#include "app/command_line.h"
#include "app/option_values.h"
#include "config/key_types.h"

namespace at2 {
namespace {

po::options_description figures_options() {
  po::options_description options;
  options.add_options()                                                                              //
      ("run", texts("RUN"), "run folder; also without --run; repeatable")                            //
      ("out", text("DIR"), "folder for the figures")                                                 //
      ("methods", text("A,B"), "methods to show, as in evaluate.methods, or esm_32 (default: all)")  //
      ("sources", text("A,B"), "kinds of sources to show (default: all)")                            //
      ("top-k", text("K,K"), "top-k drops to show, the first is drawn (default: all, 5)")            //
      ("interval", po::value<double>()->default_value(0.95, "0.95")->value_name("SHARE"),
       "share of resamples in an interval")                           //
      ("bootstrap", whole_number(1000), "resamples of the examples")  //
      ("examples", whole_number(3), "examples of each run shown in full");
  return options;
}

/// Unknown methods are found when the runs are read.
void read_figures(const po::variables_map& values, CommandLine& line) {
  FiguresRequest& request = line.figures;
  if (values.count("run") == 0 || values.count("out") == 0) {
    throw UserError("at2 figures needs run folders and --out", "it reads the first and writes the second",
                    "at2 figures --out figures runs/quickstart");
  }
  request.runs = all_texts(values, "run");
  request.out = values["out"].as<std::string>();
  request.methods = comma_words(values, "methods");
  for (const std::string& word : comma_words(values, "sources")) {
    request.sources.push_back(choice_of<SourceKind>("sources", word));
  }
  for (const std::string& word : comma_words(values, "top-k")) {
    const auto k = IntRange<std::int64_t>{.low = 1}.parse(word);
    if (!k) refuse_word("top-k", word, "whole numbers, at least 1");
    request.top_k.push_back(*k);
  }
  request.interval = values["interval"].as<double>();
  request.bootstrap_samples = values["bootstrap"].as<std::int64_t>();
  request.max_examples = values["examples"].as<std::int64_t>();
  if (!(request.interval > 0 && request.interval < 1) || request.bootstrap_samples < 1 || request.max_examples < 0) {
    throw UserError("a number on the command line is impossible",
                    "--interval is between 0 and 1, --bootstrap at least 1, --examples at least 0",
                    "see at2 help figures");
  }
}

}  // namespace

CommandEntry figures_entry() {
  return {.command = Command::figures,
          .name = "figures",
          .group = CommandGroup::looking,
          .arguments = "--out DIR RUN [RUN]... [OPTION]...",
          .summary = "runs side by side, from what their folders hold",
          .description = "",
          .examples = {{"at2 figures --out figures runs/a runs/b --methods at2,esm_32", "two runs and two methods"}},
          .options = figures_options,
          .positional = {.option = "run", .most = -1},
          .read = read_figures};
}

}  // namespace at2
