/// \file serve/scripted_server.cc
/// \brief The server of at2 serve over a scripted engine, for tests of its page: quick, and with answers known before.
///
/// usage: scripted_server [TOKEN]     prints its address; ends in order on SIGTERM
/// The answer is two fixed sentences and then the question, whatever it holds; a question with "slowly" takes seconds.
#include <chrono>
#include <iostream>

#include "serve/scripted_engine.h"
#include "serve/server.h"

int main(int argc, char** argv) {
  at2::testing::ScriptedEngine engine;
  engine.script = [&engine](const at2::Question& question) {
    const bool slowly = question.query.find("slowly") != std::string::npos;
    engine.pause = std::chrono::milliseconds(slowly ? 300 : 2);
    return "The lamp became electric in 1911. The ferry sails twice a day. You asked: " + question.query;
  };
  at2::ServeOptions options;
  options.port = 0;
  options.signals = at2::StopSignals::take;
  if (argc > 1) options.token = argv[1];
  at2::Server server(engine, options);
  std::cout << "at2 serve: " << server.url() << " (model scripted)" << std::endl;
  return server.run() == at2::ServeEnd::complete ? 0 : 1;
}
