#include "config/rank_record.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <tuple>
#include <utility>

#include "base/atomic_file.h"
#include "base/process.h"
#include "config/provenance.h"

namespace at2 {
namespace {

constexpr std::array kStates = {std::pair(RankState::running, "running"), std::pair(RankState::ended, "ended"),
                                std::pair(RankState::stopped, "stopped")};

RankState state_of(const std::string& word) {
  const auto* const found =
      std::find_if(kStates.begin(), kStates.end(), [&](const auto& s) { return word == s.second; });
  return found == kStates.end() ? RankState::stopped : found->first;
}

const char* word_of(RankState state) { return kStates[static_cast<std::size_t>(state)].second; }

nlohmann::ordered_json to_json(const RankRecord& record) {
  auto costs = nlohmann::ordered_json::array();
  for (const RankCost& cost : record.costs) costs.push_back(to_json(cost));
  return {{"command", record.command}, {"rank", record.rank},       {"ranks", record.ranks},
          {"host", record.host},       {"pid", record.pid},         {"process_start", record.process_start},
          {"started", record.started}, {"updated", record.updated}, {"state", word_of(record.state)},
          {"stage", record.stage},     {"costs", std::move(costs)}};
}

RankRecord record_of(const nlohmann::json& json) {
  RankRecord record;
  json.at("command").get_to(record.command);
  json.at("rank").get_to(record.rank);
  json.at("ranks").get_to(record.ranks);
  json.at("host").get_to(record.host);
  json.at("pid").get_to(record.pid);
  json.at("process_start").get_to(record.process_start);
  json.at("started").get_to(record.started);
  json.at("updated").get_to(record.updated);
  record.state = state_of(json.at("state").get<std::string>());
  json.at("stage").get_to(record.stage);
  for (const auto& cost : json.at("costs")) record.costs.push_back(rank_cost_of(cost));
  return record;
}

void add(RankCost& sum, const RankCost& cost) {
  sum.invocations += cost.invocations;
  sum.chunks += cost.chunks;
  sum.forward_passes += cost.forward_passes;
  sum.backward_passes += cost.backward_passes;
  sum.seconds += cost.seconds;
  sum.waited_seconds += cost.waited_seconds;
  sum.bytes_written += cost.bytes_written;
  sum.peak_resident_bytes = std::max(sum.peak_resident_bytes, cost.peak_resident_bytes);
  sum.peak_device_bytes = std::max(sum.peak_device_bytes, cost.peak_device_bytes);
}

}  // namespace

double passes_per_second(const RankCost& cost) {
  const double worked = cost.seconds - cost.waited_seconds;
  return worked > 0 ? static_cast<double>(cost.forward_passes) / worked : 0;
}

RankRecord record_of_this_process(std::int64_t rank, std::int64_t ranks, const std::string& command) {
  RankRecord record;
  record.command = command;
  record.rank = rank;
  record.ranks = ranks;
  record.host = this_host();
  record.pid = ::getpid();
  record.process_start = process_start(record.pid).value_or(0);
  record.started = utc_now();
  record.updated = record.started;
  return record;
}

std::filesystem::path record_path(const std::filesystem::path& folder, const RankRecord& record) {
  std::string time = record.started;
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  std::array<char, 24> rank{};
  std::snprintf(rank.data(), rank.size(), "%05lld", static_cast<long long>(record.rank));
  return folder / (time + "." + rank.data() + "." + std::to_string(record.pid) + "." + record.host + ".json");
}

void write_rank_record(const std::filesystem::path& folder, const RankRecord& record) {
  const std::string text = to_json(record).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  replace_file(record_path(folder, record), text);
}

std::vector<RankRecord> read_rank_records(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code missing_folder;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing_folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<RankRecord> records;
  for (const auto& file : files) {
    std::ifstream stream(file);
    try {
      records.push_back(record_of(nlohmann::json::parse(stream)));
    } catch (const nlohmann::json::exception&) {
      // Figures for people: one that is lost must not end a run.
    }
  }
  return records;
}

std::vector<RankCost> add_up(const std::vector<RankRecord>& records) {
  std::vector<RankCost> sums;
  std::map<std::tuple<std::string, std::int64_t, std::string, std::string>, std::size_t> places;
  for (const RankRecord& record : records) {
    for (const RankCost& cost : record.costs) {
      const auto [place, is_new] = places.try_emplace({cost.stage, cost.rank, cost.host, cost.device}, sums.size());
      if (is_new) {
        sums.push_back(cost);
      } else {
        add(sums[place->second], cost);
      }
    }
  }
  return sums;
}

Life life_of(const RankRecord& record) {
  if (record.host != this_host()) return Life::unknown;
  return process_start(record.pid) == record.process_start ? Life::alive : Life::gone;
}

nlohmann::ordered_json to_json(const RankCost& cost) {
  return {{"stage", cost.stage},
          {"rank", cost.rank},
          {"host", cost.host},
          {"device", cost.device},
          {"invocations", cost.invocations},
          {"chunks", cost.chunks},
          {"forward_passes", cost.forward_passes},
          {"backward_passes", cost.backward_passes},
          {"seconds", cost.seconds},
          {"waited_seconds", cost.waited_seconds},
          {"forward_passes_per_second", passes_per_second(cost)},
          {"bytes_written", cost.bytes_written},
          {"peak_resident_bytes", cost.peak_resident_bytes},
          {"peak_device_bytes", cost.peak_device_bytes}};
}

RankCost rank_cost_of(const nlohmann::json& json) {
  RankCost cost;
  json.at("stage").get_to(cost.stage);
  json.at("rank").get_to(cost.rank);
  json.at("host").get_to(cost.host);
  json.at("device").get_to(cost.device);
  json.at("invocations").get_to(cost.invocations);
  json.at("chunks").get_to(cost.chunks);
  json.at("forward_passes").get_to(cost.forward_passes);
  json.at("backward_passes").get_to(cost.backward_passes);
  json.at("seconds").get_to(cost.seconds);
  json.at("waited_seconds").get_to(cost.waited_seconds);
  json.at("bytes_written").get_to(cost.bytes_written);
  json.at("peak_resident_bytes").get_to(cost.peak_resident_bytes);
  json.at("peak_device_bytes").get_to(cost.peak_device_bytes);
  return cost;
}

}  // namespace at2
