#include "app/run_layout.h"

#include "app/inputs.h"

namespace at2 {

std::string ShardPlace::title() const {
  if (stage != "generate") return stage;
  return stage + (split == Split::train ? ", training set" : ", evaluation set");
}

std::vector<ShardPlace> shard_places(const RunFolder& folder, const RunOptions& options) {
  std::vector<ShardPlace> places;
  if (learns(options)) places.push_back({"generate", Split::train, "responses", folder.responses(Split::train)});
  if (!options.data.evaluation.path.empty()) {
    places.push_back({"generate", Split::evaluation, "responses", folder.responses(Split::evaluation)});
  }
  if (learns(options)) places.push_back({"ablate", Split::train, "ablations", folder.ablations()});
  if (!options.evaluate.sources.empty()) places.push_back({"evaluate", Split::evaluation, "scores", folder.scores()});
  if (!options.prune.kept.empty()) places.push_back({"prune", Split::evaluation, "prune", folder.prune()});
  return places;
}

}  // namespace at2
