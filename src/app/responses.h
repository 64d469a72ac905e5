/// \file app/responses.h
/// \brief Responses in the store, and the attribution tasks made from them.
#pragma once

#include <string>
#include <vector>

#include "ablation/attribution_task.h"
#include "app/inputs.h"
#include "store/shard.h"

namespace at2 {

/// A response as stored. An example that cannot be used has a reason instead.
struct StoredResponse {
  std::int64_t example = 0;
  /// Empty, or why the example is left out ("empty response").
  std::string skipped;
  std::vector<std::int64_t> tokens;
  /// Whether the model ended it before the limit.
  bool ended = false;
};

void write_response(ShardWriter& writer, const StoredResponse& response, const Example& example,
                    const std::string& text);

/// All responses of a data set in order, after checking that not too many are unusable. \collective
/// \throws AgreedError if the stage is not complete, or more examples than data.max_bad_fraction are left out
[[nodiscard]] std::vector<StoredResponse> read_responses(const Session& session, const Inputs& inputs, Split split);

/// An example, its prompt, its response and its targets, ready for any kind of sources.
struct AttributionInput {
  Prompt prompt;
  Response response;
  Targets targets;
  /// Prompt and response; sources are empty.
  AttributionTask task;
};

/// \throws RecordError if the response is empty
[[nodiscard]] AttributionInput make_input(const Example& example, Prompt prompt, Response response,
                                          const SentenceSplitter& splitter);
/// The same from the store. \pre stored.skipped is empty
[[nodiscard]] AttributionInput make_input(const Session& session, const Inputs& inputs, const Example& example,
                                          const StoredResponse& stored);

/// Ranges as an int64 tensor [n, 2].
template <typename Range>
[[nodiscard]] at::Tensor ranges_tensor(const std::vector<Range>& ranges) {
  at::Tensor pairs = at::empty({std::ssize(ranges), 2}, at::kLong);
  auto* to = pairs.mutable_data_ptr<std::int64_t>();
  for (const Range& range : ranges) {
    *to++ = range.begin;
    *to++ = range.end;
  }
  return pairs;
}

}  // namespace at2
