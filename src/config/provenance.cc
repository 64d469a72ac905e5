#include "config/provenance.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>

#include "at2_commit.h"
#include "base/atomic_file.h"
#include "base/errors.h"

namespace at2 {
namespace {

StageCost stage_from_json(const nlohmann::json& json) {
  return {json.at("stage").get<std::string>(), json.at("seconds").get<double>(),
          json.at("forward_passes").get<std::int64_t>(), json.at("backward_passes").get<std::int64_t>()};
}

DatasetUse dataset_from_json(const nlohmann::json& json) {
  return {json.at("set").get<std::string>(),
          json.at("path").get<std::string>(),
          json.at("files").get<std::int64_t>(),
          json.at("read").get<std::int64_t>(),
          json.at("kept").get<std::int64_t>(),
          json.at("used").get<std::int64_t>(),
          json.at("dropped").get<std::map<std::string, std::int64_t>>()};
}

Provenance from_json(const nlohmann::json& json) {
  Provenance provenance;
  json.at("version").get_to(provenance.version);
  json.at("commit").get_to(provenance.commit);
  json.at("command").get_to(provenance.command);
  // Absent in files of older versions, as are the data sets.
  provenance.model = json.value("model", "");
  json.at("ranks").get_to(provenance.ranks);
  json.at("hosts").get_to(provenance.hosts);
  json.at("devices").get_to(provenance.devices);
  json.at("started").get_to(provenance.started);
  json.at("ended").get_to(provenance.ended);
  for (const auto& use : json.value("datasets", nlohmann::json::array())) {
    provenance.datasets.push_back(dataset_from_json(use));
  }
  for (const auto& stage : json.at("stages")) provenance.stages.push_back(stage_from_json(stage));
  return provenance;
}

}  // namespace

std::string program_version() { return AT2_VERSION; }

std::string program_commit() { return AT2_COMMIT; }

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

std::string host_name() {
  std::array<char, 256> text{};
  if (gethostname(text.data(), text.size() - 1) != 0) return "unknown";
  return text.data();
}

Provenance begin_provenance() {
  Provenance provenance;
  provenance.version = program_version();
  provenance.commit = program_commit();
  provenance.hosts = {host_name()};
  provenance.started = utc_now();
  return provenance;
}

nlohmann::ordered_json to_json(const Provenance& provenance) {
  auto datasets = nlohmann::ordered_json::array();
  for (const DatasetUse& use : provenance.datasets) {
    datasets.push_back({{"set", use.set},
                        {"path", use.path},
                        {"files", use.files},
                        {"read", use.read},
                        {"kept", use.kept},
                        {"used", use.used},
                        {"dropped", use.dropped}});
  }
  auto stages = nlohmann::ordered_json::array();
  for (const StageCost& cost : provenance.stages) {
    stages.push_back({{"stage", cost.stage},
                      {"seconds", cost.seconds},
                      {"forward_passes", cost.forward_passes},
                      {"backward_passes", cost.backward_passes}});
  }
  return {{"version", provenance.version},   {"commit", provenance.commit},   {"command", provenance.command},
          {"model", provenance.model},       {"ranks", provenance.ranks},     {"hosts", provenance.hosts},
          {"devices", provenance.devices},   {"started", provenance.started}, {"ended", provenance.ended},
          {"datasets", std::move(datasets)}, {"stages", std::move(stages)}};
}

void write_provenance(const std::filesystem::path& file, const Provenance& provenance) {
  // Processes that share the folder may write it at once.
  const std::filesystem::path temporary = temporary_path(file);
  std::ofstream stream(temporary);
  // A host name or path may hold any bytes; a replaced character is better than no provenance.
  stream << to_json(provenance).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  stream.close();
  std::error_code failed;
  if (stream) std::filesystem::rename(temporary, file, failed);
  if (!stream || failed) {
    throw UserError("cannot write " + file.string(), failed ? failed.message() : std::strerror(errno),
                    "check the folder's permissions and free space");
  }
}

std::optional<Provenance> read_provenance(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  std::ifstream stream(file);
  try {
    return from_json(nlohmann::json::parse(stream));
  } catch (const nlohmann::json::exception& error) {
    throw UserError(file.string() + " is not a provenance file", error.what(), "remove it, or use another run folder");
  }
}

}  // namespace at2
