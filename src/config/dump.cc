#include <string>
#include <vector>

#include "config/keys.h"
#include "config/load.h"

namespace at2 {
namespace {

enum class Comments { none, meaning };

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', begin)) {
    words.push_back(path.substr(begin, dot - begin));
    begin = dot + 1;
  }
  words.push_back(path.substr(begin));
  return words;
}

std::string dump(const RunOptions& options, Comments comments) {
  std::string yaml;
  std::vector<std::string> open;  // sections that the line above is in
  for (const Key& key : all_keys()) {
    const std::vector<std::string> words = split(key.path);
    std::size_t depth = 0;
    while (depth < open.size() && depth + 1 < words.size() && open[depth] == words[depth]) ++depth;
    open.resize(depth);
    for (; depth + 1 < words.size(); ++depth) {
      open.push_back(words[depth]);
      yaml += std::string(2 * depth, ' ') + words[depth] + ":\n";
    }
    const std::string indent(2 * depth, ' ');
    if (comments == Comments::meaning) yaml += indent + "# " + key.meaning + " (" + key.expected + ")\n";
    yaml += indent + words.back() + ": " + to_yaml(key.value(options)) + "\n";
  }
  return yaml;
}

}  // namespace

std::string dump_options(const RunOptions& options) { return dump(options, Comments::none); }

std::string dump_default() { return dump(RunOptions{}, Comments::meaning); }

}  // namespace at2
