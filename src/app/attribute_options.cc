#include "app/attribute_options.h"

#include "app/command_line.h"
#include "app/option_values.h"

namespace at2 {
namespace {

po::options_description attribute_options() {
  po::options_description options;
  options.add_options()                                   //
      ("context", text("FILE"), "file with the context")  //
      ("task", text(choices<Task>())->default_value("context"),
       "context, or thought: the answer's sentences are attributed to the thoughts before it, and to the context where "
       "there is one")                                                                                  //
      ("query", text("TEXT"), "question about the context")                                             //
      ("response", text("FILE"), "file with a response to attribute; without it the model writes one")  //
      ("model", text("MODEL")->default_value("default"), "GGUF file or Hugging Face folder")            //
      ("estimator", text("FILE"), "theta for the method at2 (default: the one in data/)")               //
      ("sources", text("token|word|sentence|paragraph")->default_value("sentence"), "what is scored")   //
      ("method", text("at2|average_attention|esm|gradient|leave_one_out")->default_value("at2"),
       "how the scores are computed")                                 //
      ("ablations", whole_number(32), "ablations of the method esm")  //
      ("max-new-tokens", whole_number(256), "longest response")       //
      ("threads", whole_number(0), "threads; 0 = all cores")          //
      ("format", text("text|json")->default_value("text"), "for people or for programs");
  return options;
}

std::string required(const po::variables_map& values, const char* option) {
  if (values.count(option) == 0) {
    throw UserError("--" + std::string(option) + " is missing", "at2 attribute needs a context and a query",
                    "see at2 help attribute");
  }
  return values[option].as<std::string>();
}

OutputFormat format_of(const std::string& word) {
  if (word != "text" && word != "json") refuse_choice("format", word, {"text", "json"});
  return word == "json" ? OutputFormat::json : OutputFormat::text;
}

void read_attribute(const po::variables_map& values, CommandLine& line) {
  AttributeRequest& request = line.attribute;
  request.task = choice_of<Task>(values, "task");
  request.context_file = request.task == Task::context ? required(values, "context") : optional_text(values, "context");
  request.query = required(values, "query");
  request.response_file = optional_text(values, "response");
  request.model = values["model"].as<std::string>();
  request.estimator_file = optional_text(values, "estimator");
  request.sources = choice_of<SourceKind>(values, "sources");
  request.method = choice_of<Method>(values, "method");
  if (request.method == Method::at2_general) {
    throw UserError("--method at2_general is not one of at2 attribute", "it is at2 with another estimator",
                    "use --method at2 --estimator FILE");
  }
  request.num_ablations = values["ablations"].as<std::int64_t>();
  request.max_new_tokens = values["max-new-tokens"].as<std::int64_t>();
  request.threads = values["threads"].as<std::int64_t>();
  request.format = format_of(values["format"].as<std::string>());
  if (request.num_ablations < 2 || request.max_new_tokens < 1 || request.threads < 0) {
    throw UserError("a number on the command line is impossible",
                    "--ablations is at least 2, --max-new-tokens at least 1, --threads at least 0",
                    "see at2 help attribute");
  }
}

}  // namespace

CommandEntry attribute_entry() {
  return {
      .command = Command::attribute,
      .name = "attribute",
      .group = CommandGroup::answers,
      .arguments = "--context FILE --query TEXT [OPTION]...",
      .summary = "which parts of a context an answer came from",
      .description = "",
      .examples = {{"at2 attribute --context notes.txt --query \"When did it open?\"",
                    "an answer of the default model, each sentence with its best sources"},
                   {"at2 attribute --model DIR --estimator theta.h5 --context notes.txt --query \"...\" --format json",
                    "another model with the theta trained for it, for a program"}},
      .options = attribute_options,
      .positional = {},
      .read = read_attribute};
}

}  // namespace at2
