#include "ablation/ablation_pack.h"

#include <algorithm>
#include <unordered_map>

#include "base/errors.h"

namespace at2 {
namespace {

/// Builds the trie depth first. Every node is a segment: the rows that its sequences share and no others do.
class TrieBuilder {
 public:
  TrieBuilder(const AttributionTask& task, const std::vector<std::vector<std::int64_t>>& sequences)
      : task_(task), sequences_(sequences), wanted_(sequences.size()), predicting_(predicting_positions(task)) {}

  Pack build() {
    std::vector<std::size_t> all(sequences_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    std::vector<RowRange> prefix;
    add_node(all, 0, prefix);
    for (const auto& rows : wanted_) pack_.wanted.insert(pack_.wanted.end(), rows.begin(), rows.end());
    return std::move(pack_);
  }

 private:
  /// Adds the node of the sequences that agree up to `depth`, and all nodes below it.
  void add_node(const std::vector<std::size_t>& members, std::size_t depth, std::vector<RowRange>& prefix) {
    std::size_t end = sequences_[members.front()].size();
    for (const std::size_t member : members) end = std::min(end, common_length(members.front(), member, depth));
    const bool has_rows = end > depth;
    if (has_rows) prefix.push_back(add_segment(members.front(), depth, end, prefix));
    for (const auto& group : split(members, end)) {
      if (sequences_[group.front()].size() == end) {
        for (const std::size_t member : group) find_wanted(member, prefix);
      } else {
        add_node(group, end, prefix);
      }
    }
    if (has_rows) prefix.pop_back();
  }

  [[nodiscard]] std::size_t common_length(std::size_t a, std::size_t b, std::size_t from) const {
    const auto& x = sequences_[a];
    const auto& y = sequences_[b];
    std::size_t end = from;
    while (end < x.size() && end < y.size() && x[end] == y[end]) ++end;
    return end;
  }

  RowRange add_segment(std::size_t member, std::size_t begin, std::size_t end, const std::vector<RowRange>& prefix) {
    const RowRange rows{std::ssize(pack_.tokens), std::ssize(pack_.tokens) + static_cast<std::int64_t>(end - begin)};
    for (std::size_t i = begin; i < end; ++i) {
      const std::int64_t position = sequences_[member][i];
      pack_.positions.push_back(position);
      pack_.tokens.push_back(task_.tokens[static_cast<std::size_t>(position)]);
    }
    pack_.segments.push_back({rows, prefix, -1, std::ssize(task_.tokens)});
    return rows;
  }

  /// Members by their next position after `depth`, those that end there together, in order of first appearance.
  [[nodiscard]] std::vector<std::vector<std::size_t>> split(const std::vector<std::size_t>& members,
                                                            std::size_t depth) const {
    std::vector<std::vector<std::size_t>> groups;
    std::unordered_map<std::int64_t, std::size_t> group_of;
    for (const std::size_t member : members) {
      const auto& sequence = sequences_[member];
      const std::int64_t next = depth < sequence.size() ? sequence[depth] : -1;
      const auto [found, is_new] = group_of.try_emplace(next, groups.size());
      if (is_new) groups.emplace_back();
      groups[found->second].push_back(member);
    }
    return groups;
  }

  /// Rows of one whole sequence that predict target tokens.
  void find_wanted(std::size_t member, const std::vector<RowRange>& path) {
    std::unordered_map<std::int64_t, std::int64_t> row_of;
    for (const RowRange& range : path) {
      for (std::int64_t row = range.begin; row < range.end; ++row) {
        row_of.emplace(pack_.positions[static_cast<std::size_t>(row)], row);
      }
    }
    for (const std::int64_t position : predicting_) {
      const auto found = row_of.find(position);
      AT2_EXPECT(found != row_of.end(), "the row that predicts a target token is never hidden");
      wanted_[member].push_back(found->second);
    }
  }

  const AttributionTask& task_;
  const std::vector<std::vector<std::int64_t>>& sequences_;
  std::vector<std::vector<std::int64_t>> wanted_;
  std::vector<std::int64_t> predicting_;
  Pack pack_;
};

}  // namespace

std::vector<std::int64_t> kept_positions(const AttributionTask& task, const std::uint8_t* keep_S) {
  const std::int64_t length = needed_length(task);
  std::vector<bool> hidden(static_cast<std::size_t>(length), false);
  for (std::size_t s = 0; s < task.sources.size(); ++s) {
    if (keep_S[s] != 0) continue;
    const TokenRange& source = task.sources[s];
    for (std::int64_t token = source.begin; token < std::min(source.end, length); ++token) {
      hidden[static_cast<std::size_t>(token)] = true;
    }
  }
  std::vector<std::int64_t> kept;
  for (std::int64_t token = 0; token < length; ++token) {
    if (!hidden[static_cast<std::size_t>(token)]) kept.push_back(token);
  }
  return kept;
}

Pack ablation_pack(const AttributionTask& task, const std::vector<std::vector<std::int64_t>>& positions_of_sequences) {
  AT2_EXPECT(!positions_of_sequences.empty(), "a pack has sequences");
  return TrieBuilder(task, positions_of_sequences).build();
}

}  // namespace at2
