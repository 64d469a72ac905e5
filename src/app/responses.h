/// \file app/responses.h
/// \brief Responses in the store, and the attribution tasks made from them.
#pragma once

#include <string>
#include <vector>

#include "ablation/attribution_task.h"
#include "app/inputs.h"
#include "data/thought.h"
#include "store/shard.h"

namespace at2 {

/// A response as stored. An example that cannot be used has a reason instead.
struct StoredResponse {
  std::int64_t example = 0;
  /// Empty, or why the example is left out ("empty response").
  std::string skipped;
  /// Whether that is the model's doing (it did not finish its thought) and not a fault of the record.
  bool by_model = false;
  std::vector<std::int64_t> tokens;
  /// Whether the model ended it before the limit.
  bool ended = false;
};

void write_response(ShardWriter& writer, const StoredResponse& response, const Example& example,
                    const std::string& text);

/// All responses of a data set in order, after checking that not too many are unusable. \collective
/// \throws AgreedError if the stage is not complete, none is usable, or more than data.max_bad_fraction are left out
/// for
///         faults of their records
[[nodiscard]] std::vector<StoredResponse> read_responses(const Session& session, const Inputs& inputs, Split split);

/// A given text as the response to a prompt of this model.
[[nodiscard]] Response given_response(const ModelText& text, const std::string& response);

/// What the model reads of an example, with room left for its response.
/// \throws RecordError as make_prompt
[[nodiscard]] Prompt prompt_of(const Session& session, const Inputs& inputs, const Example& example);

/// An example, its prompt, its response and its targets, ready for any kind of sources.
struct AttributionInput {
  Prompt prompt;
  Response response;
  /// For Task::thought.
  std::optional<Thought> thought;
  Targets targets;
  /// Prompt and response; sources are empty.
  AttributionTask task;
  /// Tokens that any source may hold, and others between them.
  TokenRange span;
};

/// \throws RecordError if the response is empty, or for Task::thought if it has no finished thought (find_thought)
[[nodiscard]] AttributionInput make_input(Task task, const Example& example, Prompt prompt, Response response,
                                          const SentenceSplitter& splitter);
/// The same from the store. \pre stored.skipped is empty
[[nodiscard]] AttributionInput make_input(const Session& session, const Inputs& inputs, const Example& example,
                                          const StoredResponse& stored);

/// Makes one target of all: the response as a whole (paper, definition 2.1, with Y the generated sequence).
void join_targets(AttributionTask& task);

/// What the example's targets are attributed to. Tokens count from the start of the prompt.
/// \throws RecordError if there is nothing
[[nodiscard]] Sources sources_of(const AttributionInput& input, const Example& example, SourceKind kind,
                                 const SentenceSplitter& splitter);

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
