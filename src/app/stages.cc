#include "app/stages.h"

#include "app/measured_scores.h"

#include <array>

namespace at2 {
namespace {

DeviceMix mix_of(const Session& session) {
  return session.options.store.allow_device_mix ? DeviceMix::allow : DeviceMix::refuse;
}

}  // namespace

const LanguageModel& LazyModel::get() {
  if (!model_) model_ = std::make_unique<LanguageModel>(load_weights_of(*session_, *inputs_));
  return *model_;
}

Chunking chunking_of(const Session& session, const Corpus& corpus) {
  return {corpus.examples, session.options.store.chunk_size};
}

ChunkStage responses_of(const Session& session, const Inputs& inputs, Split split, const Chunking& chunking) {
  return {"generate", session.folder.responses(split),
          shard_header(inputs, "responses", responses_fingerprint(session, inputs, split), chunking.num_chunks()),
          &chunking, mix_of(session)};
}

ChunkStage ablations_of(const Session& session, const Inputs& inputs, const Chunking& chunking) {
  return {"ablate", session.folder.ablations(),
          shard_header(inputs, "ablations", ablations_fingerprint(session, inputs), chunking.num_chunks()), &chunking,
          mix_of(session)};
}

ChunkStage scores_of(const Session& session, const Inputs& inputs, const Chunking& chunking) {
  ShardHeader header = shard_header(inputs, "scores", scores_fingerprint(session, inputs), chunking.num_chunks());
  header.schema_version = kScoresSchema;
  return {"evaluate", session.folder.scores(), std::move(header), &chunking, mix_of(session)};
}

ChunkStage prune_of(const Session& session, const Inputs& inputs, const Chunking& chunking) {
  return {"prune", session.folder.prune(),
          shard_header(inputs, "prune", prune_fingerprint(session, inputs), chunking.num_chunks()), &chunking,
          mix_of(session)};
}

StageEffort total_effort(const Session& session, const StageEffort& mine) {
  std::array<double, 2> passes{mine.forward_passes, mine.backward_passes};
  session.communicator().all_reduce(buffer_of(std::span<double>(passes)), Reduction::sum);
  return {mine.seconds, passes[0], passes[1], mine.end};
}

}  // namespace at2
