#include "app/attribute_options.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "app/command_line.h"
#include "app/option_values.h"

namespace at2 {
namespace {

po::options_description attribute_options() {
  po::options_description options;
  options.add_options()  //
      ("context", texts("FILE"),
       "document; repeatable; - is standard input. Without one the query is what the answer is "
       "attributed to")                                                                                        //
      ("query", text("TEXT"), "the question")                                                                  //
      ("response", text("FILE"), "response to attribute; without it the model writes one")                     //
      ("target", texts("TEXT"), "words of the answer to attribute, instead of its sentences; repeatable")      //
      ("sources", text("sentence|token|word|paragraph|passage")->default_value("sentence"), "what is scored")  //
      ("method",
       text("at2|average_attention|value_norm|logit_contribution|gradient|esm|leave_one_out")->default_value("at2"),
       "how the scores are computed; a,b for several, of which the first is shown and json and html have all")  //
      ("task", text(choices<Task>()),
       "context, or thought: the answer after </think> is attributed to the thoughts, and to the "
       "documents if there are any (default: as the model does)")                                                   //
      ("model", text("MODEL")->default_value("default"), "GGUF file or Hugging Face folder")                        //
      ("estimator", text("FILE"), "theta for the method at2 (default: the one that comes with the default model)")  //
      ("accept-other-model", po::bool_switch(), "take theta that was trained on another model")                     //
      ("ablations", whole_number(32), "ablations of the method esm")                                                //
      ("max-new-tokens", whole_number(256), "longest response")                                                     //
      ("threads", whole_number(0), "threads; 0 = all cores")                                                        //
      ("format", text("text|json|markdown|html")->default_value("text"), "for people, programs or documents")       //
      ("color", text("auto|always|never")->default_value("auto"), "colours of the format text");
  return options;
}

std::string query_of(const po::variables_map& values) {
  if (const auto query = optional_text(values, "query")) return *query;
  throw UserError("--query is missing", "at2 attribute answers a question", "see at2 help attribute");
}

template <typename Choice, std::size_t count>
Choice choice_among(const po::variables_map& values, const char* option,
                    const std::pair<std::string_view, Choice> (&choices)[count]) {
  const auto& word = values[option].as<std::string>();
  std::vector<std::string_view> possible;
  for (const auto& [name, choice] : choices) {
    if (name == word) return choice;
    possible.push_back(name);
  }
  refuse_choice(option, word, possible);
}

AnswerFormat format_of(const po::variables_map& values) {
  return choice_among<AnswerFormat>(values, "format",
                                    {{"text", AnswerFormat::text},
                                     {"json", AnswerFormat::json},
                                     {"markdown", AnswerFormat::markdown},
                                     {"html", AnswerFormat::html}});
}

ColourChoice colours_of(const po::variables_map& values) {
  return choice_among<ColourChoice>(
      values, "color",
      {{"auto", ColourChoice::automatic}, {"always", ColourChoice::always}, {"never", ColourChoice::never}});
}

/// \throws UserError listing the methods that a single answer can have
Method method_of(const std::string& word) {
  const auto method = from_text<Method>(word);
  if (method == Method::at2_general) {
    throw UserError("--method at2_general is not one of at2 attribute", "it is at2 with another estimator",
                    "use --method at2 --estimator FILE");
  }
  if (method) return *method;
  std::vector<std::string_view> possible = enum_words<Method>();
  std::erase(possible, to_text(Method::at2_general));
  refuse_choice("method", word, possible);
}

std::vector<Method> methods_of(const po::variables_map& values) {
  std::vector<Method> methods;
  for (const std::string& word : comma_words(values, "method")) {
    const Method method = method_of(word);
    if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
  }
  if (methods.empty()) refuse_word("method", "", "a method");
  return methods;
}

void check_inputs(const AttributeRequest& request) {
  const auto& files = request.context_files;
  const auto from_input = std::count(files.begin(), files.end(), "-") + (request.response_file == "-" ? 1 : 0);
  if (from_input > 1) {
    throw UserError("standard input cannot be read twice", "more than one file is -", "name files for the others");
  }
  if (request.num_ablations < 2 || request.max_new_tokens < 1 || request.threads < 0) {
    throw UserError("a number on the command line is impossible",
                    "--ablations is at least 2, --max-new-tokens at least 1, --threads at least 0",
                    "see at2 help attribute");
  }
}

void read_attribute(const po::variables_map& values, CommandLine& line) {
  AttributeRequest& request = line.attribute;
  if (const auto task = optional_text(values, "task")) request.task = choice_of<Task>("task", *task);
  request.context_files = all_texts(values, "context");
  request.query = query_of(values);
  request.response_file = optional_text(values, "response");
  request.spans = all_texts(values, "target");
  request.model = values["model"].as<std::string>();
  request.estimator_file = optional_text(values, "estimator");
  request.model_check = values["accept-other-model"].as<bool>() ? ModelCheck::accept_any : ModelCheck::refuse_other;
  request.sources = choice_of<SourceKind>(values, "sources");
  request.methods = methods_of(values);
  request.num_ablations = values["ablations"].as<std::int64_t>();
  request.max_new_tokens = values["max-new-tokens"].as<std::int64_t>();
  request.threads = values["threads"].as<std::int64_t>();
  request.format = format_of(values);
  request.colours = colours_of(values);
  check_inputs(request);
}

}  // namespace

CommandEntry attribute_entry() {
  return {
      .command = Command::attribute,
      .name = "attribute",
      .group = CommandGroup::answers,
      .arguments = "--query TEXT [--context FILE]... [OPTION]...",
      .summary = "an answer, and which parts of the documents it came from",
      .description =
          "Each sentence of the answer is followed by the sources that it leans on, with their share of all that "
          "supports "
          "it; then come the documents, with the number of each source behind it.",
      .examples = {{"at2 attribute --context notes.txt --query \"When did it open?\"",
                    "an answer of the default model, each sentence with its best sources"},
                   {"at2 attribute --context a.md --context b.md --query \"...\" --response answer.txt --method "
                    "at2,esm --format html",
                    "a given response, two documents and two methods, as a page"},
                   {"at2 attribute --model DIR --estimator theta.h5 --context notes.txt --query \"...\" --format json",
                    "another model with the theta trained for it, for a program"}},
      .options = attribute_options,
      .positional = {},
      .read = read_attribute};
}

}  // namespace at2
