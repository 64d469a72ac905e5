#include "app/inspect_options.h"

#include "app/command_line.h"
#include "app/option_values.h"

namespace at2 {
namespace {

po::options_description inspect_options() {
  po::options_description options;
  options.add_options()                                              //
      ("path", text("PATH"), "file or folder; also without --path")  //
      ("format", text("text|json")->default_value("text"), "for people or programs");
  return options;
}

void read_inspect(const po::variables_map& values, CommandLine& line) {
  if (values.count("path") == 0) {
    throw UserError("at2 inspect needs a file or a folder", "none was named",
                    "at2 inspect runs/quickstart/estimator.h5");
  }
  line.inspect.path = values["path"].as<std::string>();
  line.inspect.format = output_format_of(values);
}

}  // namespace

CommandEntry inspect_entry() {
  return {
      .command = Command::inspect,
      .name = "inspect",
      .group = CommandGroup::looking,
      .arguments = "PATH [--format text|json]",
      .summary = "what a file or folder is, what made it, and whether it is whole",
      .description =
          "Knows models (GGUF, safetensors, Hugging Face folders, tokenizer.json), run folders and all that is in "
          "them, configs, data sets, and answers of at2 attribute --format json. Exit status 1 where a check fails "
          "or the file is something else.",
      .examples = {{"at2 inspect runs/quickstart", "how far a run is, and what it was told"},
                   {"at2 inspect runs/quickstart/estimator.h5", "what theta was trained on, and its strongest heads"},
                   {"at2 inspect questions.jsonl", "whether every record of a data set can be read"},
                   {"at2 inspect model.gguf --format json", "all tensors of a model, for a program"}},
      .options = inspect_options,
      .positional = {.option = "path"},
      .read = read_inspect};
}

}  // namespace at2
