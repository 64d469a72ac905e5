#include "app/run_command.h"

#include <ostream>

#include "app/collect.h"
#include "app/shared_store.h"
#include "app/stages.h"
#include "app/training_communicator.h"
#include "base/errors.h"
#include "comm/agree.h"
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

}  // namespace

void run_stages(const CommandLine& line, Environment& environment, std::ostream& out) {
  if (line.command == Command::report) return report_again(line, environment, out);
  const Session session = open_session(environment, line.config_file, line.overrides, line.out);
  const Inputs inputs = load_inputs(session);
  session.log.say("run folder " + session.folder.root().string());
  agreed(session.communicator(), [&] {
    if (session.communicator().rank() == 0) link_shared(session, inputs);
  });
  Provenance provenance = start_provenance(session, inputs);
  provenance.command = line.command_word;
  LazyModel model(session, inputs);
  const auto wanted = [&](Command command) { return line.command == Command::run || line.command == command; };
  const bool evaluates = !session.options.evaluate.sources.empty();
  const bool prunes = line.command == Command::prune || !session.options.prune.kept.empty();
  agreed(session.communicator(), [&] {
    if (line.command != Command::evaluate || evaluates) return;
    throw UserError("evaluate.sources is []", "it says which kinds of sources to evaluate on",
                    "set it, for instance to [token, sentence]");
  });
  if (wanted(Command::prune)) check_prune(session, inputs);
  if (wanted(Command::train) && learns(session.options)) check_comm_backend(session, inputs);
  const auto finish = [&](const char* name, const StageEffort& effort) {
    add_stage(provenance, name, effort);
    provenance.ended = utc_now();
    agreed(session.communicator(), [&] {
      if (session.communicator().rank() == 0) write_provenance(session.folder.provenance(), provenance);
    });
  };
  if (wanted(Command::generate)) finish("generate", generate_stage(session, inputs, model));
  if (wanted(Command::ablate) && learns(session.options)) finish("ablate", ablate_stage(session, inputs, model));
  if (wanted(Command::train) && learns(session.options)) finish("train", train_stage(session, inputs));
  if (wanted(Command::evaluate) && evaluates) finish("evaluate", evaluate_stage(session, inputs, model));
  if (wanted(Command::prune) && prunes) finish("prune", prune_stage(session, inputs, model, out));
  if (line.command == Command::bench_attribution) bench_stage(session, inputs, model, out);
  agreed(session.communicator(), [&] {
    if (line.command != Command::run || session.communicator().rank() != 0) return;
    report_stage(session.folder, session.options, out);
  });
}

}  // namespace at2
