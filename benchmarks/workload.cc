#include "workload.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/errors.h"

namespace at2::benchmarks {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const TokenRange& range) { return Json::array({range.begin, range.end}); }

Json to_json(const std::vector<TokenRange>& ranges) {
  Json list = Json::array();
  for (const TokenRange& range : ranges) list.push_back(to_json(range));
  return list;
}

/// A mask as a text: '1' where the source is kept.
Json to_json(const AblationSet& ablations) {
  Json masks = Json::array();
  const auto* keep = ablations.keep_MS.const_data_ptr<std::uint8_t>();
  for (std::int64_t m = 0; m < ablations.keep_MS.size(0); ++m) {
    std::string mask;
    for (std::int64_t s = 0; s < ablations.keep_MS.size(1); ++s) mask += *keep++ != 0 ? '1' : '0';
    masks.push_back(std::move(mask));
  }
  return {{"sources", to_json(ablations.sources)}, {"keep", std::move(masks)}};
}

TokenRange range_from(const Json& json) { return {json.at(0).get<std::int64_t>(), json.at(1).get<std::int64_t>()}; }

std::vector<TokenRange> ranges_from(const Json& json) {
  std::vector<TokenRange> ranges;
  for (const Json& range : json) ranges.push_back(range_from(range));
  return ranges;
}

AblationSet ablations_from(const Json& json) {
  AblationSet ablations{ranges_from(json.at("sources")), {}};
  const auto masks = json.at("keep").get<std::vector<std::string>>();
  ablations.keep_MS = at::zeros({std::ssize(masks), std::ssize(ablations.sources)}, at::kByte);
  auto* keep = ablations.keep_MS.mutable_data_ptr<std::uint8_t>();
  for (const std::string& mask : masks) {
    AT2_EXPECT(mask.size() == ablations.sources.size(), "a mask has one digit per source");
    for (const char digit : mask) *keep++ = digit == '1' ? 1 : 0;
  }
  return ablations;
}

Workload workload_from(const Json& json) {
  Workload workload;
  workload.task.example_id = json.at("example").get<std::string>();
  workload.task.tokens = json.at("tokens").get<std::vector<std::int64_t>>();
  workload.task.targets = ranges_from(json.at("targets"));
  workload.context = range_from(json.at("context"));
  workload.response = range_from(json.at("response"));
  workload.token = ablations_from(json.at("ablations_token"));
  workload.sentence = ablations_from(json.at("ablations_sentence"));
  workload.prompts = json.at("prompts").get<std::vector<std::vector<std::int64_t>>>();
  workload.single_prompt = json.at("single_prompt").get<std::size_t>();
  workload.new_tokens_of_one = json.at("new_tokens_of_one").get<std::int64_t>();
  workload.new_tokens_of_all = json.at("new_tokens_of_all").get<std::int64_t>();
  return workload;
}

}  // namespace

void write_workload(const std::filesystem::path& file, const Workload& workload) {
  Json json;
  json["example"] = workload.task.example_id;
  json["tokens"] = workload.task.tokens;
  json["targets"] = to_json(workload.task.targets);
  json["context"] = to_json(workload.context);
  json["response"] = to_json(workload.response);
  json["ablations_token"] = to_json(workload.token);
  json["ablations_sentence"] = to_json(workload.sentence);
  json["prompts"] = workload.prompts;
  json["single_prompt"] = workload.single_prompt;
  json["new_tokens_of_one"] = workload.new_tokens_of_one;
  json["new_tokens_of_all"] = workload.new_tokens_of_all;
  std::ofstream stream(file);
  if (!(stream << json.dump() << "\n" << std::flush)) {
    throw UserError("cannot write the workload " + file.string(), "no such folder, no permission or a full disk",
                    "name another file");
  }
}

Workload read_workload(const std::filesystem::path& file) {
  try {
    std::ifstream stream(file);
    return workload_from(Json::parse(stream));
  } catch (const Json::exception& error) {
    throw UserError("cannot read the workload " + file.string(), error.what(), "write it again with --write-workload");
  }
}

}  // namespace at2::benchmarks
