#include "serve.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "memory.h"

namespace at2::benchmarks {
namespace {

using Json = nlohmann::ordered_json;

void write_numbers(const std::string& path, const std::vector<NamedNumbers>& numbers) {
  std::ofstream file(path, std::ios::binary);
  for (const NamedNumbers& named : numbers) {
    file.write(reinterpret_cast<const char*>(named.values.data()),
               static_cast<std::streamsize>(named.values.size() * sizeof(double)));
  }
  if (!file.flush()) throw UserError("cannot write " + path, "no such folder or a full disk", "name another file");
}

Json answer(const HotPaths& paths, const Json& request) {
  const auto name = request.at("run").get<std::string>();
  const auto path = paths.find(name);
  if (path == paths.end()) throw UserError("there is no path " + name, "it is not measured here", "name another");
  PathRequest options;
  if (request.contains("limit")) options.limit = request["limit"].get<std::int64_t>();
  options.length = request.value("length", options.length);
  options.ablations = request.value("ablations", options.ablations);
  options.targets = request.value("targets", options.targets);
  reset_peak();
  const Measured measured = path->second(options);
  Json reply = {
      {"path", name},         {"seconds", measured.seconds}, {"flops", measured.flops}, {"numbers", Json::array()},
      {"peak_mb", peak_mb()}, {"pss_mb", rollup_mb("Pss")}};
  for (const NamedNumbers& named : measured.numbers) {
    reply["numbers"].push_back(Json::array({named.name, named.values.size()}));
  }
  if (request.contains("out")) write_numbers(request["out"].get<std::string>(), measured.numbers);
  return reply;
}

}  // namespace

void serve(const HotPaths& paths, std::istream& requests, std::ostream& replies) {
  for (std::string line; std::getline(requests, line);) {
    Json reply;
    try {
      reply = answer(paths, Json::parse(line));
    } catch (const std::exception& error) {
      reply = {{"error", error.what()}};
    }
    replies << reply.dump() << std::endl;
  }
}

}  // namespace at2::benchmarks
