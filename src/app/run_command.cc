#include "app/run_command.h"

#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>

#include "app/collect.h"
#include "app/shared_store.h"
#include "app/stages.h"
#include "app/training_communicator.h"
#include "base/errors.h"
#include "base/stop_request.h"
#include "comm/agree.h"
#include "comm/watchdog.h"
#include "config/load.h"
#include "config/provenance.h"

namespace at2 {
namespace {

/// Adds what a stage took in this invocation to what it took in earlier ones.
void add_stage(Provenance& provenance, const std::string& name, const StageEffort& effort) {
  for (StageCost& stage : provenance.stages) {
    if (stage.stage != name) continue;
    stage.seconds += effort.seconds;
    stage.forward_passes += static_cast<std::int64_t>(effort.forward_passes);
    stage.backward_passes += static_cast<std::int64_t>(effort.backward_passes);
    return;
  }
  provenance.stages.push_back({name, effort.seconds, static_cast<std::int64_t>(effort.forward_passes),
                               static_cast<std::int64_t>(effort.backward_passes)});
}

/// A record of this invocation that goes on with the stage costs of earlier ones. \collective
Provenance start_provenance(const Session& session, const Inputs& inputs) {
  Provenance provenance = begin_provenance();
  provenance.model = model_name(inputs.model_path);
  provenance.ranks = session.communicator().size();
  provenance.hosts = gather_texts(session.communicator(), session.environment.host());
  provenance.devices = gather_texts(session.communicator(), inputs.place.device.str());
  for (const Split split : {Split::train, Split::evaluation}) {
    const Corpus& corpus = inputs.corpus(split);
    const ReadReport& report = corpus.report;
    if (report.read == 0) continue;
    provenance.datasets.push_back({to_text(split), corpus.options.path, report.files, report.read, report.kept,
                                   report.selected, report.dropped_by_reason});
  }
  agreed(session.communicator(), [&] {
    if (session.communicator().rank() != 0) return;
    if (const auto earlier = read_provenance(session.folder.provenance())) provenance.stages = earlier->stages;
  });
  return provenance;
}

/// Shows what a run folder holds, without anything that the run was made from. \collective
void report_again(const CommandLine& line, Environment& environment, std::ostream& out) {
  agreed(environment.communicator(), [&] {
    if (environment.communicator().rank() != 0) return;
    const RunOptions options = load_options(line.config_file, line.overrides);
    const RunFolder folder = run_folder(options, line.out);
    check_run_folder(folder, options_of_run(folder.root()), options, FolderUse::show);
    report_stage(folder, options, out);
  });
}

/// \throws AgreedError if evaluation is asked for by name and the config wants none \collective
void check_evaluate(const Session& session, const CommandLine& line) {
  agreed(session.communicator(), [&] {
    if (line.command != Command::evaluate || !session.options.evaluate.sources.empty()) return;
    throw UserError("evaluate.sources is []", "it says which kinds of sources to evaluate on",
                    "set it, for instance to [token, sentence]");
  });
}

/// Ends the program when a rank is silent for comm.silence_seconds. \collective
std::unique_ptr<Watchdog> watch_ranks(const Session& session) {
  const double limit = session.options.comm.silence_seconds;
  return make_watchdog(session.communicator(), session.environment.host(), limit, [&session](const SilentRank& silent) {
    std::ostringstream text;
    text << "error: rank " << silent.rank << " on " << silent.host << " has not answered for " << std::setprecision(3)
         << silent.seconds << " s (it was stopped, or its machine or the network hangs): finished chunks are safe, run "
         << "the same command again (comm.silence_seconds is " << session.options.comm.silence_seconds << ")\n";
    std::cerr << text.str() << std::flush;
    session.environment.abort(1);
  });
}

struct NamedStage {
  const char* name;
  std::function<StageEffort()> run;
};

/// The stages that the command and the config ask for, in order. What is passed is kept by reference.
std::vector<NamedStage> wanted_stages(const Session& session, const Inputs& inputs, const CommandLine& line,
                                      LazyModel& model, std::ostream& out) {
  const auto wanted = [&](Command command) { return line.command == Command::run || line.command == command; };
  const bool prunes = line.command == Command::prune || !session.options.prune.kept.empty();
  std::vector<NamedStage> stages;
  if (wanted(Command::generate)) stages.push_back({"generate", [&] { return generate_stage(session, inputs, model); }});
  if (wanted(Command::ablate) && learns(session.options)) {
    stages.push_back({"ablate", [&] { return ablate_stage(session, inputs, model); }});
  }
  if (wanted(Command::train) && learns(session.options)) {
    stages.push_back({"train", [&] { return train_stage(session, inputs); }});
  }
  if (wanted(Command::evaluate) && !session.options.evaluate.sources.empty()) {
    stages.push_back({"evaluate", [&] { return evaluate_stage(session, inputs, model); }});
  }
  if (wanted(Command::prune) && prunes) {
    stages.push_back({"prune", [&] { return prune_stage(session, inputs, model, out); }});
  }
  return stages;
}

}  // namespace

StageEnd run_stages(const CommandLine& line, Environment& environment, std::ostream& out) {
  if (line.command == Command::report) {
    report_again(line, environment, out);
    return StageEnd::complete;
  }
  const bool leads = environment.communicator().rank() == 0;
  const StopRequest stop(leads ? OnInterrupt::speak : OnInterrupt::silent);
  const Session session =
      open_session(environment, line.command_word, line.config_file, line.overrides, line.out, stop);
  const auto watchdog = watch_ranks(session);
  const Inputs inputs = load_inputs(session);
  session.journal->set_device(inputs.place.device.str());
  session.log.say("run folder " + session.folder.root().string());
  agreed(session.communicator(), [&] {
    if (leads) link_shared(session, inputs);
  });
  check_evaluate(session, line);
  if (line.command == Command::run || line.command == Command::prune) check_prune(session, inputs);
  const bool trains = line.command == Command::run || line.command == Command::train;
  if (trains && learns(session.options)) check_comm_backend(session, inputs);
  Provenance provenance = start_provenance(session, inputs);
  provenance.command = line.command_word;
  LazyModel model(session, inputs);
  for (const auto& [name, run] : wanted_stages(session, inputs, line, model, out)) {
    const StageEffort effort = run();
    add_stage(provenance, name, effort);
    provenance.ended = utc_now();
    agreed(session.communicator(), [&] {
      if (!leads) return;
      provenance.rank_costs = add_up(read_rank_records(session.folder.ranks()));
      write_provenance(session.folder.provenance(), provenance);
    });
    if (effort.end == StageEnd::stopped) return StageEnd::stopped;
    if (const int signal = stop_signal(session); signal != 0) {
      say_stopped(session, signal, std::string("after ") + name);
      return StageEnd::stopped;
    }
  }
  if (line.command == Command::bench_attribution) return bench_stage(session, inputs, model, out);
  agreed(session.communicator(), [&] {
    if (line.command == Command::run && leads) report_stage(session.folder, session.options, out);
  });
  return StageEnd::complete;
}

}  // namespace at2
