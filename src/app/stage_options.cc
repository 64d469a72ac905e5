#include "app/stage_options.h"

#include "app/command_line.h"
#include "app/option_values.h"

namespace at2 {
namespace {

constexpr const char* kArguments = "CONFIG [--out DIR] [--set a.b=c]...";
constexpr const char* kRanks = "On several ranks: launch/local N CONFIG, or srun/mpirun at2 run CONFIG.";
constexpr const char* kResumes =
    "The same command on the same folder goes on where it was stopped, on as many ranks as you like.";

po::options_description stage_options() {
  po::options_description options;
  options.add_options()                                                          //
      ("config", text("CONFIG"), "experiment config (YAML)")                     //
      ("out", text("DIR"), "run folder (default: runs/NAME, after the config)")  //
      ("set", texts("KEY=VALUE"), "overrides a key of the config; repeatable");
  return options;
}

void read_stage(const po::variables_map& values, CommandLine& line) {
  if (values.count("config") == 0) {
    throw UserError("at2 " + line.command_word + " needs a config", "no file was named",
                    "at2 " + line.command_word + " configs/quickstart.yaml" +
                        (line.command == Command::show_config ? ", or at2 config --dump-default" : ""));
  }
  line.config_file = values["config"].as<std::string>();
  line.out = optional_text(values, "out");
  line.overrides = all_texts(values, "set");
}

po::options_description run_options() {
  po::options_description options = stage_options();
  options.add_options()("dry-run", po::bool_switch(), "only say what is left to do, and what it would take");
  return options;
}

void read_run(const po::variables_map& values, CommandLine& line) {
  read_stage(values, line);
  line.dry_run = values["dry-run"].as<bool>();
}

CommandEntry stage(Command command, const std::string& name, const std::string& summary,
                   const std::string& description) {
  return {.command = command,
          .name = name,
          .group = CommandGroup::runs,
          .arguments = kArguments,
          .summary = summary,
          .description = description,
          .examples = {{"at2 " + name + " configs/quickstart.yaml", "in the run folder runs/quickstart"}},
          .options = stage_options,
          .positional = {.option = "config"},
          .read = read_stage};
}

CommandEntry run_entry() {
  CommandEntry entry =
      stage(Command::run, "run", "the whole chain of stages on one config",
            "The stages are generate, ablate, train, evaluate, prune (where the config asks for it) "
            "and report; each is a command of its own on the same config.\n" +
                std::string(kRanks) + "\n" + kResumes +
                "\nWith --dry-run the machine is measured for about two seconds, and a table says what "
                "each stage would take: passes, disk, time, memory. Nothing is written. Start it on as "
                "many ranks as the run.");
  entry.options = run_options;
  entry.read = read_run;
  entry.examples = {{"at2 run configs/quickstart.yaml", "a small run on samples, in runs/quickstart"},
                    {"at2 run my.yaml --out runs/mine --set seed=2", "another folder, and a key of another value"},
                    {"at2 run --dry-run configs/quickstart.yaml", "how long it would take here"},
                    {"launch/local 4 configs/quickstart.yaml", "the run on four ranks"}};
  return entry;
}

po::options_description config_options() {
  po::options_description options;
  options.add_options()                                           //
      ("config", text("CONFIG"), "experiment config (YAML)")      //
      ("set", texts("KEY=VALUE"), "overrides a key; repeatable")  //
      ("dump-default", po::bool_switch(), "every key with its meaning and its default, instead of a file");
  return options;
}

void read_config(const po::variables_map& values, CommandLine& line) {
  if (!values["dump-default"].as<bool>()) return read_stage(values, line);
  if (values.count("config") > 0 || values.count("set") > 0) {
    throw UserError("--dump-default shows the defaults alone", "a config or --set was given too",
                    "leave out the one or the other");
  }
  line.command = Command::dump_default;
}

}  // namespace

std::vector<CommandEntry> stage_commands() {
  return {
      run_entry(),
      stage(Command::generate, "generate", "greedy answers to both data sets",
            "Writes RUN/responses/. An answer given in the data set is taken instead of one of the model."),
      stage(Command::ablate, "ablate", "random ablations and attention features of the training set",
            "Writes RUN/ablations/. Needs the responses of at2 generate."),
      stage(Command::train, "train", "the head coefficients theta",
            "Writes RUN/estimator.h5 and RUN/training.h5. Needs the ablations of at2 ablate, and no model."),
      stage(Command::evaluate, "evaluate", "scores, top-k drops and LDS of every method on the evaluation set",
            "Writes RUN/scores/. Needs the responses of at2 generate, and for the method at2 theta of at2 train."),
      stage(Command::prune, "prune", "answers from contexts without all but the best sources, and their F1",
            "Writes RUN/prune/ and RUN/tables/prune.csv. prune.kept of the config says how many sources to keep."),
      stage(Command::report, "report", "tables, figures and one HTML page of a run",
            "Writes RUN/metrics.json, RUN/tables/, RUN/figures/ and RUN/report.html from the run folder alone."),
      stage(Command::bench_attribution, "bench-attribution", "what attributing a response costs, beside a forward pass",
            "Writes RUN/timing.json, after at2 train, on one rank."),
      stage(Command::show_data, "data", "what a run takes from its data sets, with one filled prompt",
            "Needs no model, and writes nothing.")};
}

std::vector<CommandEntry> config_commands() {
  return {{.command = Command::show_config,
           .name = "config",
           .group = CommandGroup::looking,
           .arguments = "CONFIG [--set a.b=c]... | --dump-default",
           .summary = "a config with every key, as a run would resolve it",
           .description = "",
           .examples = {{"at2 config configs/quickstart.yaml", "what a run of it would do"},
                        {"at2 config --dump-default > my.yaml", "every key with its meaning, to begin a config with"}},
           .options = config_options,
           .positional = {.option = "config"},
           .read = read_config}};
}

}  // namespace at2
