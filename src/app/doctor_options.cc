#include "app/doctor_options.h"

#include "app/command_line.h"
#include "app/option_values.h"

namespace at2 {
namespace {

po::options_description doctor_options() {
  po::options_description options;
  options.add_options()                                                                                      //
      ("model", text("MODEL")->default_value("default"), "GGUF file or Hugging Face folder that is to run")  //
      ("format", text("text|json")->default_value("text"), "for people or programs");
  return options;
}

void read_doctor(const po::variables_map& values, CommandLine& line) {
  line.doctor.model = values["model"].as<std::string>();
  line.doctor.format = output_format_of(values);
}

}  // namespace

CommandEntry doctor_entry() {
  return {.command = Command::doctor,
          .name = "doctor",
          .group = CommandGroup::looking,
          .arguments = "[--model MODEL] [--format text|json]",
          .summary = "what this machine and this build can do, and what to do about what is missing",
          .description =
              "Each line is \"what: state (why): what to do\". Exit status 1 where something is missing that "
              "at2 cannot do without.",
          .examples = {{"at2 doctor", "whether the default model runs here"},
                       {"at2 doctor --model /models/my-llama", "whether a model of yours fits"}},
          .options = doctor_options,
          .positional = {},
          .read = read_doctor};
}

}  // namespace at2
