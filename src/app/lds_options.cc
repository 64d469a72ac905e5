#include "app/lds_options.h"

#include <array>

#include "app/command_line.h"
#include "app/option_values.h"

namespace at2 {
namespace {

po::options_description lds_options() {
  po::options_description options;
  options.add_options()                                                                                             //
      ("estimator", texts("PATH"), "estimator.h5, or a run folder with one; also without --estimator; repeatable")  //
      ("on", texts("RUN"), "run folder, evaluated with evaluate.store_features: true; repeatable")                  //
      ("sources", text("A,B"), "kinds of sources (default: all that were evaluated)")                               //
      ("held-out", po::value<std::int64_t>()->value_name("N"),
       "measure on ablations of the training examples of RUN instead, but for the first N with a target")  //
      ("methods", text("A,B"), "evaluated methods to show beside, or esm_32 (default: none)")              //
      ("baseline", text("NAME"), "row that the others are compared with (default: the first estimator)")   //
      ("against", text("examples|ablations|heads"), "what the LDS is drawn against, in --out")             //
      ("out", text("DIR"), "folder for lds.csv, lds.md and the drawings");
  return options;
}

Against against_of(const std::string& word) {
  constexpr std::array kAll = {Against::examples, Against::ablations, Against::heads};
  for (const Against against : kAll) {
    if (against_word(against) == word) return against;
  }
  refuse_choice("against", word, {"examples", "ablations", "heads"});
}

/// Unknown methods and baselines are found when the runs are read.
void read_lds(const po::variables_map& values, CommandLine& line) {
  LdsRequest& request = line.lds;
  if (values.count("estimator") == 0 || values.count("on") == 0) {
    throw UserError("at2 lds needs estimators and --on", "it measures the first on the evaluation of the second",
                    "at2 lds --on runs/evaluated runs/trained");
  }
  request.estimators = all_texts(values, "estimator");
  request.runs = all_texts(values, "on");
  for (const std::string& word : comma_words(values, "sources")) {
    request.sources.push_back(choice_of<SourceKind>("sources", word));
  }
  request.methods = comma_words(values, "methods");
  if (values.count("held-out") != 0 && !request.sources.empty()) {
    throw UserError("--sources cannot be chosen with --held-out", "training examples are ablated by one kind",
                    "leave out one of the two");
  }
  request.baseline = optional_text(values, "baseline");
  if (values.count("held-out") != 0) request.held_out = values["held-out"].as<std::int64_t>();
  if (request.held_out && *request.held_out < 0) {
    throw UserError("--held-out is " + std::to_string(*request.held_out), "it is a number of examples",
                    "use 0 or more");
  }
  request.out = optional_text(values, "out");
  if (const auto word = optional_text(values, "against")) request.against = against_of(*word);
  if (request.against && !request.out) {
    throw UserError("--against has no place for its drawings", "they are files, and there is no --out",
                    "add --out DIR");
  }
}

}  // namespace

CommandEntry lds_entry() {
  return {.command = Command::lds,
          .name = "lds",
          .group = CommandGroup::looking,
          .arguments = "--on RUN [--on RUN]... [OPTION]... ESTIMATOR...",
          .summary = "LDS of any estimators on finished evaluations, without the model",
          .description =
              "Scores are computed from the features that at2 evaluate has stored (evaluate.store_features: true), "
              "and compared with the ablations that it has measured. So learning curves take seconds: train "
              "estimators with different train.max_examples, train.max_ablations or train.sparse_heads, each in a "
              "run folder of its own, then draw them with --against.\n"
              "Rows are named after the run folders of the estimators, or after their files.",
          .examples = {{"at2 lds --on runs/quickstart runs/a runs/b/estimator.h5", "two estimators, b less a"},
                       {"at2 lds --on runs/eval --methods average_attention --against examples --out curves runs/n*",
                        "a learning curve, with what takes no training as a dashed line"}},
          .options = lds_options,
          .positional = {.option = "estimator", .most = -1},
          .read = read_lds};
}

}  // namespace at2
