#include "app/run_status.h"

#include <algorithm>

#include "report/format.h"
#include "report/table.h"

namespace at2 {
namespace {

using Json = nlohmann::ordered_json;

const char* word_of(Life life) {
  return life == Life::alive ? "alive" : life == Life::gone ? "killed" : "on another machine";
}

template <typename Number>
Json number_or_null(const std::optional<Number>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json to_json(const StageStatus& stage) {
  return {{"stage", stage.title},
          {"state", to_text(stage.state)},
          {"done", stage.done},
          {"total", number_or_null(stage.total)},
          {"claimed", stage.claimed},
          {"writing", stage.writing},
          {"set_aside", stage.set_aside},
          {"chunks_per_second", number_or_null(stage.chunks_per_second)},
          {"seconds_left", number_or_null(stage.seconds_left)}};
}

Json to_json(const ProcessStatus& process) {
  const RankRecord& record = process.record;
  return {{"host", record.host},
          {"pid", record.pid},
          {"rank", record.rank},
          {"ranks", record.ranks},
          {"command", record.command},
          {"started", record.started},
          {"stage", record.stage},
          {"life", word_of(process.life)},
          {"quiet_seconds", process.quiet_seconds}};
}

std::vector<std::string> row_of(const StageStatus& stage) {
  const std::string total = stage.total ? std::to_string(*stage.total) : "?";
  return {stage.title,
          to_text(stage.state),
          std::to_string(stage.done) + "/" + total,
          count_or_none(stage.claimed),
          count_or_none(stage.writing),
          count_or_none(stage.set_aside),
          stage.chunks_per_second ? compact(*stage.chunks_per_second) + "/s" : std::string(kNoValue),
          stage.seconds_left ? duration_text(*stage.seconds_left) : std::string(kNoValue)};
}

std::string line_of(const ProcessStatus& process) {
  const RankRecord& record = process.record;
  std::string line = "rank " + std::to_string(record.rank) + " of " + std::to_string(record.ranks) + " (at2 " +
                     record.command + "), process " + std::to_string(record.pid) + " on " + record.host + ": ";
  line += process.life == Life::gone ? "gone, without saying so" : word_of(process.life);
  if (!record.stage.empty()) line += ", in stage " + record.stage;
  return line + ", last record " + duration_text(process.quiet_seconds) + " ago\n";
}

bool any_in(const RunStatus& status, StageState state) {
  return std::any_of(status.stages.begin(), status.stages.end(), [&](const auto& s) { return s.state == state; });
}

/// What to do next, if anything.
std::string advice(const RunStatus& status) {
  const std::string run = status.folder.string();
  if (any_in(status, StageState::running)) return "";
  const bool complete = std::all_of(status.stages.begin(), status.stages.end(),
                                    [](const auto& s) { return s.state == StageState::done; });
  if (complete) return "everything is there; at2 verify " + run + " compares it with its checksums\n";
  return "no process is at work; the same command goes on: at2 run " + run + "/config.yaml --out " + run + "\n";
}

}  // namespace

Json to_json(const RunStatus& status) {
  Json stages = Json::array();
  for (const StageStatus& stage : status.stages) stages.push_back(to_json(stage));
  Json processes = Json::array();
  for (const ProcessStatus& process : status.processes) processes.push_back(to_json(process));
  return {{"run", status.folder.string()}, {"stages", std::move(stages)}, {"processes", std::move(processes)}};
}

std::string describe(const RunStatus& status) {
  Table table{{"stage", "state", "chunks", "claimed", "writing", "set aside", "rate", "left"}, {}};
  for (const StageStatus& stage : status.stages) table.rows.push_back(row_of(stage));
  std::string text = status.folder.string() + "\n\n" + terminal_table(table) + "\n";
  for (const ProcessStatus& process : status.processes) text += line_of(process);
  return text + advice(status);
}

}  // namespace at2
