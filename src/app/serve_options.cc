#include "app/serve_options.h"

#include "app/command_line.h"
#include "app/option_values.h"

namespace at2 {
namespace {

po::options_description serve_options() {
  po::options_description options;
  options.add_options()  //
      ("host", text("ADDRESS")->default_value("127.0.0.1"),
       "address to listen on; any but 127.0.0.1, ::1 and localhost needs a token")                                  //
      ("port", whole_number(8080), "port; 0 = a free one, which is printed")                                        //
      ("token-file", text("FILE"), "file with the token that clients must send (default: AT2_TOKEN, else none)")    //
      ("model", text("MODEL")->default_value("default"), "GGUF file or Hugging Face folder")                        //
      ("estimator", text("FILE"), "theta for the method at2 (default: the one that comes with the default model)")  //
      ("accept-other-model", po::bool_switch(), "take theta that was trained on another model")                     //
      ("threads", whole_number(0), "threads; 0 = all cores")                                                        //
      ("max-new-tokens", whole_number(512), "longest answer, in tokens")                                            //
      ("queue", whole_number(16), "requests that may wait for the model; others are told to try again")             //
      ("body-kilobytes", whole_number(4096), "largest body of a request")                                           //
      ("answer-seconds", whole_number(300), "longest time for one answer")                                          //
      ("grace-seconds", whole_number(10), "time for the answer in hand after SIGTERM or Ctrl-C");
  return options;
}

std::int64_t number_between(const po::variables_map& values, const char* option, std::int64_t least,
                            std::int64_t most) {
  const auto number = values[option].as<std::int64_t>();
  if (number < least || number > most) {
    refuse_word(option, std::to_string(number),
                "a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

void read_serve(const po::variables_map& values, CommandLine& line) {
  constexpr std::int64_t kSecondsOfADay = 86400;
  ServeRequest& request = line.serve;
  request.host = values["host"].as<std::string>();
  request.port = number_between(values, "port", 0, 65535);
  request.token_file = optional_text(values, "token-file");
  request.model = values["model"].as<std::string>();
  request.estimator_file = optional_text(values, "estimator");
  request.model_check = values["accept-other-model"].as<bool>() ? ModelCheck::accept_any : ModelCheck::refuse_other;
  request.threads = number_between(values, "threads", 0, 4096);
  request.max_new_tokens = number_between(values, "max-new-tokens", 1, 1'000'000);
  request.queue = number_between(values, "queue", 0, 100'000);
  request.body_kilobytes = number_between(values, "body-kilobytes", 1, 1'000'000);
  request.answer_seconds = number_between(values, "answer-seconds", 1, kSecondsOfADay);
  request.grace_seconds = number_between(values, "grace-seconds", 0, kSecondsOfADay);
}

}  // namespace

CommandEntry serve_entry() {
  return {.command = Command::serve,
          .name = "serve",
          .group = CommandGroup::answers,
          .arguments = "[OPTION]...",
          .summary = "a local server: a page to ask on, the interface of OpenAI, and citations",
          .description =
              "Prints its address, under which a browser shows a page. Clients of OpenAI's interface find it under "
              "/v1, with "
              "citations for each sentence when they ask for them. SIGTERM and Ctrl-C end it in order.",
          .examples = {{"at2 serve", "the default model on http://127.0.0.1:8080"},
                       {"at2 serve --model DIR --estimator theta.h5 --port 0", "another model, on a free port"},
                       {"at2 serve --host 0.0.0.0 --token-file token.txt",
                        "for other machines, which must send the token in that file"}},
          .options = serve_options,
          .positional = {},
          .read = read_serve};
}

}  // namespace at2
