#include "app/command_line.h"

#include <boost/program_options.hpp>
#include <sstream>
#include <utility>

#include "base/errors.h"
#include "config/enum_text.h"
#include "config/key_types.h"

namespace at2 {
namespace {

namespace po = boost::program_options;

constexpr std::pair<const char*, Command> commands[] = {{"run", Command::run},
                                                        {"generate", Command::generate},
                                                        {"ablate", Command::ablate},
                                                        {"train", Command::train},
                                                        {"evaluate", Command::evaluate},
                                                        {"prune", Command::prune},
                                                        {"bench-attribution", Command::bench_attribution},
                                                        {"report", Command::report},
                                                        {"figures", Command::figures},
                                                        {"attribute", Command::attribute},
                                                        {"data", Command::show_data},
                                                        {"verify-model", Command::verify_model},
                                                        {"status", Command::status},
                                                        {"verify", Command::verify},
                                                        {"config", Command::show_config},
                                                        {"help", Command::help},
                                                        {"--help", Command::help},
                                                        {"-h", Command::help},
                                                        {"version", Command::version},
                                                        {"--version", Command::version}};

constexpr const char* see_help = "see at2 help";

po::options_description stage_options() {
  po::options_description options("Options of the stages");
  options.add_options()                                                       //
      ("config", po::value<std::string>(), "experiment config (YAML)")        //
      ("out", po::value<std::string>(), "run folder (default: runs/<name>)")  //
      ("set", po::value<std::vector<std::string>>()->composing(), "a.b=c, overrides a key of the config; repeatable");
  return options;
}

po::options_description attribute_options() {
  po::options_description options("Options of at2 attribute");
  options.add_options()                                               //
      ("context", po::value<std::string>(), "file with the context")  //
      ("task", po::value<std::string>()->default_value("context"),
       "context, or thought: the answer's sentences are attributed to the thoughts before it, and to the context where "
       "there is one")                                                                                              //
      ("query", po::value<std::string>(), "question about the context")                                             //
      ("response", po::value<std::string>(), "file with a response to attribute; without it the model writes one")  //
      ("model", po::value<std::string>()->default_value("default"), "GGUF file or Hugging Face folder")             //
      ("estimator", po::value<std::string>(), "theta for the method at2 (default: the one in data/)")               //
      ("sources", po::value<std::string>()->default_value("sentence"), "token, word, sentence or paragraph")        //
      ("method", po::value<std::string>()->default_value("at2"),
       "at2, average_attention, esm, gradient or leave_one_out")                                  //
      ("ablations", po::value<std::int64_t>()->default_value(32), "ablations of the method esm")  //
      ("max-new-tokens", po::value<std::int64_t>()->default_value(256), "longest response")       //
      ("threads", po::value<std::int64_t>()->default_value(0), "threads; 0 = all cores")          //
      ("format", po::value<std::string>()->default_value("text"), "text or json");
  return options;
}

po::options_description figures_options() {
  po::options_description options("Options of at2 figures");
  options.add_options()                                                                                          //
      ("run", po::value<std::vector<std::string>>()->composing(), "run folder; also without --run; repeatable")  //
      ("out", po::value<std::string>(), "folder for the figures")                                                //
      ("methods", po::value<std::string>(),
       "a,b: methods to show, as in evaluate.methods, or esm_32 (default: all)")                             //
      ("sources", po::value<std::string>(), "a,b: kinds of sources to show (default: all)")                  //
      ("top-k", po::value<std::string>(), "1,5: top-k drops to show, the first is drawn (default: all, 5)")  //
      ("interval", po::value<double>()->default_value(0.95, "0.95"), "share of resamples in an interval")    //
      ("bootstrap", po::value<std::int64_t>()->default_value(1000), "resamples of the examples")             //
      ("examples", po::value<std::int64_t>()->default_value(3), "examples of each run shown in full");
  return options;
}

po::options_description verify_options() {
  po::options_description options("Options of at2 verify-model");
  options.add_options()                                                                                  //
      ("model", po::value<std::string>()->default_value("default"), "GGUF file or Hugging Face folder")  //
      ("golden", po::value<std::vector<std::string>>()->composing(),
       "file of tools/make_golden.py to compare with; repeatable; without it the model is checked for consistency")  //
      ("dtype", po::value<std::vector<std::string>>()->composing(),
       "float32, bfloat16 or float16; repeatable (default: float32, and what the checkpoint is stored in)")  //
      ("device", po::value<std::string>()->default_value("cpu"), "cpu, cuda or auto")                        //
      ("threads", po::value<std::int64_t>()->default_value(0), "threads; 0 = all cores");
  return options;
}

po::options_description run_folder_options() {
  po::options_description options("Options of at2 status and at2 verify");
  options.add_options()                                                    //
      ("run", po::value<std::string>(), "run folder; also without --run")  //
      ("json", po::bool_switch(), "at2 status alone: as JSON, for a script");
  return options;
}

po::variables_map parse(const std::vector<std::string>& words, const po::options_description& options,
                        const char* positional, int most_positional = 1) {
  po::positional_options_description places;
  if (positional != nullptr) places.add(positional, most_positional);
  po::variables_map values;
  // No guessing of abbreviations: a script must not change its meaning when an option is added.
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  try {
    po::store(po::command_line_parser(words).options(options).positional(places).style(style).run(), values);
    po::notify(values);
  } catch (const po::error& error) {
    throw UserError("cannot read the command line", error.what(), see_help);
  }
  return values;
}

template <typename Enum>
Enum word_of(const po::variables_map& values, const char* option) {
  const auto& text = values[option].as<std::string>();
  const auto value = from_text<Enum>(text);
  if (!value) {
    throw UserError("--" + std::string(option) + " " + text + " is not known", "possible: " + enum_list<Enum>(),
                    "use one of these");
  }
  return *value;
}

std::string required(const po::variables_map& values, const char* option) {
  if (values.count(option) == 0) {
    throw UserError("--" + std::string(option) + " is missing", "at2 attribute needs a context and a query", see_help);
  }
  return values[option].as<std::string>();
}

std::optional<std::string> optional_text(const po::variables_map& values, const char* option) {
  if (values.count(option) == 0) return std::nullopt;
  return values[option].as<std::string>();
}

AttributeRequest parse_attribute(const std::vector<std::string>& words) {
  const po::variables_map values = parse(words, attribute_options(), nullptr);
  AttributeRequest request;
  request.task = word_of<Task>(values, "task");
  request.context_file = request.task == Task::context ? required(values, "context") : optional_text(values, "context");
  request.query = required(values, "query");
  request.response_file = optional_text(values, "response");
  request.model = values["model"].as<std::string>();
  request.estimator_file = optional_text(values, "estimator");
  request.sources = word_of<SourceKind>(values, "sources");
  request.method = word_of<Method>(values, "method");
  if (request.method == Method::at2_general) {
    throw UserError("--method at2_general is not one of at2 attribute", "it is at2 with another estimator",
                    "use --method at2 --estimator FILE");
  }
  request.num_ablations = values["ablations"].as<std::int64_t>();
  request.max_new_tokens = values["max-new-tokens"].as<std::int64_t>();
  request.threads = values["threads"].as<std::int64_t>();
  const auto& format = values["format"].as<std::string>();
  if (format != "text" && format != "json") {
    throw UserError("--format " + format + " is not known", "possible: text, json", "use one of these");
  }
  request.format = format == "json" ? OutputFormat::json : OutputFormat::text;
  if (request.num_ablations < 2 || request.max_new_tokens < 1 || request.threads < 0) {
    throw UserError("a number on the command line is impossible",
                    "--ablations is at least 2, --max-new-tokens at least 1, --threads at least 0", see_help);
  }
  return request;
}

/// "a,b" as words; nothing where the option is not given.
std::vector<std::string> words_of(const po::variables_map& values, const char* option) {
  std::vector<std::string> words;
  std::istringstream list(optional_text(values, option).value_or(""));
  for (std::string word; std::getline(list, word, ',');) words.push_back(word);
  return words;
}

[[noreturn]] void refuse_word(const std::string& option, const std::string& word, const char* expected) {
  throw UserError("--" + option + " " + word + " is impossible", std::string("expected ") + expected, see_help);
}

/// Unknown methods are found when the runs are read.
FiguresRequest parse_figures(const std::vector<std::string>& words) {
  const po::variables_map values = parse(words, figures_options(), "run", -1);
  FiguresRequest request;
  if (values.count("run") == 0 || values.count("out") == 0) {
    throw UserError("at2 figures needs run folders and --out", "it reads the first and writes the second",
                    "at2 figures --out figures runs/quickstart");
  }
  request.runs = values["run"].as<std::vector<std::string>>();
  request.out = values["out"].as<std::string>();
  request.methods = words_of(values, "methods");
  for (const std::string& word : words_of(values, "sources")) {
    const auto kind = from_text<SourceKind>(word);
    if (!kind) refuse_word("sources", word, enum_list<SourceKind>().c_str());
    request.sources.push_back(*kind);
  }
  for (const std::string& word : words_of(values, "top-k")) {
    const auto k = IntRange<std::int64_t>{.low = 1}.parse(word);
    if (!k) refuse_word("top-k", word, "whole numbers, at least 1");
    request.top_k.push_back(*k);
  }
  request.interval = values["interval"].as<double>();
  request.bootstrap_samples = values["bootstrap"].as<std::int64_t>();
  request.max_examples = values["examples"].as<std::int64_t>();
  if (!(request.interval > 0 && request.interval < 1) || request.bootstrap_samples < 1 || request.max_examples < 0) {
    throw UserError("a number on the command line is impossible",
                    "--interval is between 0 and 1, --bootstrap at least 1, --examples at least 0", see_help);
  }
  return request;
}

VerifyRequest parse_verify(const std::vector<std::string>& words) {
  const po::variables_map values = parse(words, verify_options(), nullptr);
  VerifyRequest request;
  request.model = values["model"].as<std::string>();
  if (values.count("golden") > 0) request.goldens = values["golden"].as<std::vector<std::string>>();
  if (values.count("dtype") > 0) {
    for (const auto& word : values["dtype"].as<std::vector<std::string>>()) {
      const auto dtype = from_text<DtypeChoice>(word);
      if (!dtype || *dtype == DtypeChoice::automatic) {
        throw UserError("--dtype " + word + " is not known", "possible: float32, bfloat16, float16",
                        "use one of these");
      }
      request.dtypes.push_back(*dtype);
    }
  }
  request.device = word_of<DeviceChoice>(values, "device");
  request.threads = values["threads"].as<std::int64_t>();
  return request;
}

RunFolderRequest parse_run_folder(const std::vector<std::string>& words, const std::string& command) {
  const po::variables_map values = parse(words, run_folder_options(), "run");
  if (values.count("run") == 0) {
    const bool verifies = command == "verify";
    throw UserError("at2 " + command + " needs a run folder", "none was named",
                    "at2 " + command + " runs/quickstart" + (verifies ? ", or at2 verify-model for a model" : ""));
  }
  const OutputFormat format = values["json"].as<bool>() ? OutputFormat::json : OutputFormat::text;
  if (command == "verify" && format == OutputFormat::json) {
    throw UserError("at2 verify knows no --json", "its answer is the exit status", see_help);
  }
  return {values["run"].as<std::string>(), format};
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& words) {
  CommandLine line;
  if (words.empty()) return line;
  const auto* const found = std::find_if(std::begin(commands), std::end(commands),
                                         [&](const auto& entry) { return words.front() == entry.first; });
  if (found == std::end(commands)) {
    throw UserError(
        "at2 " + words.front() + " is not a command",
        "commands: run, generate, ablate, train, evaluate, prune, report, figures, bench-attribution, data, "
        "attribute, status, verify, verify-model, config, help, version",
        see_help);
  }
  line.command = found->second;
  line.command_word = words.front();
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  switch (line.command) {
    case Command::help:
    case Command::version:
      return line;
    case Command::attribute:
      line.attribute = parse_attribute(rest);
      return line;
    case Command::verify_model:
      line.verify = parse_verify(rest);
      return line;
    case Command::status:
    case Command::verify:
      line.run_folder = parse_run_folder(rest, line.command_word);
      return line;
    case Command::figures:
      line.figures = parse_figures(rest);
      return line;
    case Command::show_config:
      if (rest == std::vector<std::string>{"--dump-default"}) {
        line.command = Command::dump_default;
        return line;
      }
      break;
    default:
      break;
  }
  const po::variables_map values = parse(rest, stage_options(), "config");
  if (values.count("config") == 0) {
    throw UserError("at2 " + words.front() + " needs a config", "no file was named",
                    "at2 " + words.front() + " configs/quickstart.yaml" +
                        (line.command == Command::show_config ? ", or at2 config --dump-default" : ""));
  }
  line.config_file = values["config"].as<std::string>();
  line.out = optional_text(values, "out");
  if (values.count("set") > 0) line.overrides = values["set"].as<std::vector<std::string>>();
  return line;
}

std::string help_text() {
  std::ostringstream text;
  text << "at2 - token attribution with learned attention (AT2), trained and evaluated on any number of ranks\n\n"
          "  at2 run CONFIG [--out DIR] [--set a.b=c]...   the whole chain: generate, ablate, train, evaluate, prune,\n"
          "                                                report\n"
          "  at2 generate|ablate|train|evaluate|prune|report CONFIG ...   one stage of it\n"
          "  at2 figures --out DIR RUN [RUN...] ...        runs side by side, from what their folders hold\n"
          "  at2 bench-attribution CONFIG ...              what attributing a response costs, beside a forward pass\n"
          "  at2 data CONFIG ...                           what a run takes from its data sets, without a model\n"
          "  at2 attribute --context FILE --query TEXT ...   which parts of a context an answer came from\n"
          "  at2 status RUN [--json]                       what is done of a run, what is going on, what is missing\n"
          "  at2 verify RUN                                whether a run folder holds what was written there\n"
          "  at2 verify-model --model PATH ...             whether a model is computed as elsewhere\n"
          "  at2 config CONFIG [--set a.b=c]...            the config with every key, as a run would resolve it\n"
          "  at2 config --dump-default                     every key of a config with its meaning\n"
          "  at2 version\n\n"
          "On several ranks: launch/local N CONFIG, or srun/mpirun at2 run CONFIG.\n"
          "The same command on the same folder goes on where it was stopped.\n\n"
       << stage_options() << "\n"
       << figures_options() << "\n"
       << attribute_options() << "\n"
       << run_folder_options() << "\n"
       << verify_options();
  return text.str();
}

}  // namespace at2
