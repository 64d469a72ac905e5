#include "config/yaml_file.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>

#include "base/errors.h"
#include "base/mapped_file.h"
#include "base/nearest_word.h"

namespace at2 {
namespace {

std::string at_line(const std::filesystem::path& file, const YAML::Mark& mark) {
  return file.string() + ":" + std::to_string(mark.line + 1);
}

std::string did_you_mean_key(const std::string& path) { return "did you mean " + nearest_key(path) + "?"; }

[[noreturn]] void unknown_key(const std::string& place, const std::string& section, const std::string& path,
                              const std::string& word) {
  if (find_key(word) != nullptr) {
    throw UserError(place + ": unknown key " + path, "a key with dots is only for --set",
                    "write " + word + " as nested sections");
  }
  const std::string where = section.empty() ? "the file" : "section " + section;
  throw UserError(place + ": unknown key " + path, where + " has " + members_of_section(section),
                  did_you_mean_key(path));
}

[[noreturn]] void wrong_value(const std::string& place, const Key& key, const std::string& found,
                              const std::string& what_to_do = "correct the value") {
  throw UserError(place + ": " + key.path + " is " + found, "expected " + key.expected, what_to_do);
}

/// What to do about a value in which a word may be misspelt.
std::string correction(const Key& key, const Value& value) {
  for (const std::string& word : value.words) {
    if (key.words.empty() || std::find(key.words.begin(), key.words.end(), word) != key.words.end()) continue;
    return did_you_mean(word, key.words, "correct the value");
  }
  return "correct the value";
}

/// The node as a value, or nothing if it is neither a word nor a list of words.
std::optional<Value> as_value(const YAML::Node& node) {
  // yaml-cpp gives a quoted word the tag "!", a plain one "?".
  const auto quotes = [](const YAML::Node& word) {
    return word.Tag() == "!" ? Value::Quotes::present : Value::Quotes::none;
  };
  if (node.IsScalar()) return Value{.words = {node.Scalar()}, .quotes = quotes(node)};
  if (!node.IsSequence()) return std::nullopt;
  Value list{.shape = Value::Shape::list};
  for (const YAML::Node& item : node) {
    if (!item.IsScalar()) return std::nullopt;
    if (quotes(item) == Value::Quotes::present) list.quotes = Value::Quotes::present;
    list.words.push_back(item.Scalar());
  }
  return list;
}

std::string describe(const YAML::Node& node) {
  if (node.IsMap()) return "a section";
  if (node.IsNull()) return "nothing";
  return "a nested list";
}

Value value_of(const YAML::Node& node, const Key& key, const std::string& place) {
  const auto value = as_value(node);
  if (!value) wrong_value(place, key, describe(node));
  return *value;
}

std::vector<std::string> bases_of(const YAML::Node& node, const std::string& place) {
  const auto value = as_value(node);
  std::vector<std::string> bases = value ? value->words : std::vector<std::string>{};
  if (bases.empty() || std::find(bases.begin(), bases.end(), "") != bases.end()) {
    throw UserError(place + ": base is not a file name", "expected a path, or a list of paths, relative to this file",
                    "correct it");
  }
  for (auto base = bases.begin(); base != bases.end(); ++base) {
    if (std::find(bases.begin(), base, *base) == base) continue;
    throw UserError(place + ": base " + *base + " stands twice", "each is applied once", "remove one");
  }
  return bases;
}

/// Walks through the sections of one file.
class Walk {
 public:
  Walk(const std::filesystem::path& file, ConfigFile& result) : file_(&file), result_(&result) {}

  void section(const YAML::Node& node, const std::string& path) {
    std::map<std::string, std::string> seen;
    for (const auto& entry : node) {
      const std::string place = at_line(*file_, entry.first.Mark());
      if (!entry.first.IsScalar()) {
        throw UserError(place + ": a key is not a word", "", "write key: value");
      }
      const std::string& word = entry.first.Scalar();
      const std::string full = path.empty() ? word : path + "." + word;
      const auto [first, is_new] = seen.emplace(word, place);
      if (!is_new) {
        throw UserError(place + ": duplicate key " + full, "first at " + first->second, "remove one of them");
      }
      this->entry(entry.second, place, path, full, word);
    }
  }

 private:
  void entry(const YAML::Node& node, const std::string& place, const std::string& section_path, const std::string& full,
             const std::string& word) {
    if (full == "base") {
      result_->bases = bases_of(node, place);
      result_->base_place = place;
    } else if (const Key* key = word.find('.') == std::string::npos ? find_key(full) : nullptr) {
      result_->assignments.push_back({key, value_of(node, *key, place), place});
    } else if (word.find('.') == std::string::npos && is_section(full)) {
      // A section whose keys are all commented out is null.
      if (!node.IsMap() && !node.IsNull()) {
        throw UserError(place + ": " + full + " is not a section", "it has the keys " + members_of_section(full),
                        "write them below it, indented");
      }
      if (node.IsMap()) section(node, full);
    } else {
      unknown_key(place, section_path, full, word);
    }
  }

  const std::filesystem::path* file_;
  ConfigFile* result_;
};

/// Notes where documents begin.
class DocumentStarts : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { starts_.push_back(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  [[nodiscard]] const std::vector<YAML::Mark>& starts() const noexcept { return starts_; }

 private:
  std::vector<YAML::Mark> starts_;
};

/// \throws UserError if there is more than one document. YAML::LoadAll would go on for ever where a text begins with a
/// comma: it takes that for a document of no length, again and again (yaml-cpp 0.7).
void require_one_document(const std::string& text, const std::filesystem::path& file) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStarts documents;
  while (documents.starts().size() < 2 && parser.HandleNextDocument(documents)) continue;
  if (documents.starts().size() < 2) return;
  const YAML::Mark& second = documents.starts()[1];
  if (second.pos == documents.starts()[0].pos) {
    throw UserError(at_line(file, second) + ": not YAML", "the line begins with a sign that has no meaning there",
                    "correct the line");
  }
  throw UserError(at_line(file, second) + ": a second YAML document", "a config is one document",
                  "remove the line ---");
}

YAML::Node parse(const std::filesystem::path& file) {
  const MappedFile content(file);
  const auto bytes = content.bytes();
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  try {
    require_one_document(text, file);
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    throw UserError(at_line(file, error.mark) + ": not YAML", error.msg, "correct the line or those above it");
  }
}

Value parse_word(const std::string& text, const Key& key, const std::string& place) {
  const bool in_quotes =
      text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  if (key.plain_text && !in_quotes) return {.words = {text}};
  try {
    return value_of(YAML::Load(text), key, place);
  } catch (const YAML::Exception& error) {
    throw UserError(place + ": the value is not YAML", error.msg, "expected " + key.expected);
  }
}

}  // namespace

ConfigFile read_config_file(const std::filesystem::path& file) {
  const YAML::Node document = parse(file);
  ConfigFile result;
  if (document.IsNull()) return result;
  if (!document.IsMap()) {
    throw UserError(at_line(file, document.Mark()) + ": not a config", "expected lines of key: value",
                    "see at2 config --dump-default");
  }
  Walk(file, result).section(document, "");
  return result;
}

Assignment parse_override(const std::string& argument) {
  const std::string place = "--set " + argument;
  const std::size_t equals = argument.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UserError(place + ": not of the form key=value", "", "write --set generate.batch_size=4");
  }
  const std::string path = argument.substr(0, equals);
  if (path == "base") {
    throw UserError(place + ": base cannot be set here", "it is a line of a config file", "write it into the file");
  }
  if (is_section(path)) {
    throw UserError(place + ": " + path + " is a section", "it has the keys " + members_of_section(path),
                    "set one of them");
  }
  const Key* key = find_key(path);
  if (key == nullptr) {
    throw UserError(place + ": unknown key " + path, "at2 config --dump-default lists all keys",
                    did_you_mean_key(path));
  }
  return {key, parse_word(argument.substr(equals + 1), *key, place), place};
}

void apply(const Assignment& assignment, RunOptions& options) {
  if (!assignment.key->assign(options, assignment.value)) {
    wrong_value(assignment.place, *assignment.key, to_yaml(assignment.value),
                correction(*assignment.key, assignment.value));
  }
}

}  // namespace at2
