#include "app/verify_options.h"

#include "app/command_line.h"
#include "app/option_values.h"

namespace at2 {
namespace {

po::options_description verify_options() {
  po::options_description options;
  options.add_options()                                                                       //
      ("model", text("MODEL")->default_value("default"), "GGUF file or Hugging Face folder")  //
      ("golden", texts("FILE"),
       "file of tools/make_golden.py to compare with; repeatable; without it the model is checked for consistency")  //
      ("dtype", texts("float32|bfloat16|float16"),
       "arithmetic; repeatable (default: float32, and what the checkpoint is stored in)")      //
      ("device", text(choices<DeviceChoice>())->default_value("cpu"), "where the model runs")  //
      ("threads", whole_number(0), "threads; 0 = all cores");
  return options;
}

void read_verify(const po::variables_map& values, CommandLine& line) {
  VerifyRequest& request = line.verify;
  request.model = values["model"].as<std::string>();
  request.goldens = all_texts(values, "golden");
  for (const std::string& word : all_texts(values, "dtype")) {
    const auto dtype = from_text<DtypeChoice>(word);
    if (!dtype || *dtype == DtypeChoice::automatic) refuse_choice("dtype", word, {"float32", "bfloat16", "float16"});
    request.dtypes.push_back(*dtype);
  }
  request.device = choice_of<DeviceChoice>(values, "device");
  request.threads = values["threads"].as<std::int64_t>();
}

}  // namespace

CommandEntry verify_model_entry() {
  return {.command = Command::verify_model,
          .name = "verify-model",
          .group = CommandGroup::looking,
          .arguments = "[--model MODEL] [OPTION]...",
          .summary = "whether a model is computed as elsewhere",
          .description = "Exit status 1 where a difference is beyond its tolerance.",
          .examples = {{"at2 verify-model --model /models/my-llama", "whether a model agrees with itself"},
                       {"at2 verify-model --model /models/my-llama --golden golden.safetensors",
                        "whether every layer agrees with transformers"}},
          .options = verify_options,
          .positional = {},
          .read = read_verify};
}

}  // namespace at2
