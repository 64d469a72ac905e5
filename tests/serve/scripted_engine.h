/// \file serve/scripted_engine.h
/// \brief An engine without a model: it says what it is told to, and attributes by the words that texts share.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "config/enum_text.h"
#include "serve/answer_engine.h"

namespace at2::testing {

/// Stretches of a text, each up to and with the next of the marks, without white space at their ends.
inline std::vector<CharRange> parts_of(const std::string& text, const std::string& marks) {
  std::vector<CharRange> parts;
  std::size_t begin = text.find_first_not_of(" \n");
  while (begin != std::string::npos) {
    std::size_t end = text.find_first_of(marks, begin);
    end = end == std::string::npos ? text.size() : end + 1;
    std::size_t last = text.find_last_not_of(" \n", end - 1) + 1;
    parts.push_back({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(last)});
    begin = text.find_first_not_of(" \n", end);
  }
  return parts;
}

inline std::set<std::string> words_in(const std::string& text, const CharRange& range) {
  std::istringstream stream(text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size())));
  std::set<std::string> words;
  for (std::string word; stream >> word;) {
    while (!word.empty() && std::string(".,?!").find(word.back()) != std::string::npos) word.pop_back();
    words.insert(word);
  }
  return words;
}

class ScriptedEngine : public AnswerEngine {
 public:
  /// What it answers to a query.
  std::function<std::string(const Question&)> script = [](const Question& question) {
    return "You asked: " + question.query + ". It is so.";
  };
  /// Before each piece of text.
  std::chrono::milliseconds pause{0};
  std::function<void(std::size_t piece)> before_piece = [](std::size_t) {};
  /// Answers that were begun, came to their end, and were ended by the listener.
  std::atomic<int> begun = 0;
  std::atomic<int> finished = 0;
  std::atomic<int> broken_off = 0;

  [[nodiscard]] std::string model_name() const override { return "scripted"; }
  [[nodiscard]] std::int64_t max_tokens() const override { return 1000; }
  [[nodiscard]] AttributedAnswer answer(const Question& question, const TextListener& on_text) override;

  /// Answers wait before their first word while the gate is closed.
  void close_gate() { set_gate(false); }
  void open_gate() { set_gate(true); }
  /// The question that came last.
  [[nodiscard]] Question last_question() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  void set_gate(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }
  void begin(const Question& question) {
    std::unique_lock lock(mutex_);
    last_ = question;
    ++begun;
    changed_.wait(lock, [this] { return open_; });
  }
  std::int64_t write(const std::string& text, const TextListener& on_text);
  static void attribute(const Question& question, AttributedAnswer& answer);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  Question last_;
};

inline std::int64_t ScriptedEngine::write(const std::string& text, const TextListener& on_text) {
  std::int64_t tokens = 0;
  for (std::size_t begin = 0; begin < text.size(); ++tokens) {
    std::size_t end = text.find(' ', begin);
    end = end == std::string::npos ? text.size() : end + 1;
    std::this_thread::sleep_for(pause);
    before_piece(static_cast<std::size_t>(tokens));
    try {
      on_text(std::string_view(text).substr(begin, end - begin));
    } catch (...) {
      ++broken_off;
      throw;
    }
    begin = end;
  }
  return tokens;
}

inline void ScriptedEngine::attribute(const Question& question, AttributedAnswer& answer) {
  answer.targets = question.ranges;
  for (const std::string& span : question.spans) {
    const std::size_t at = answer.response.find(span);
    if (at == std::string::npos)
      throw UserError("\"" + span + "\" cannot be attributed", "it is not in the answer", "");
    answer.targets.push_back({static_cast<std::int64_t>(at), static_cast<std::int64_t>(at + span.size())});
  }
  if (answer.targets.empty()) answer.targets = parts_of(answer.response, ".!?");
  answer.documents = question.documents;
  if (answer.documents.empty()) answer.documents = {{"query", question.query}};
  const std::string marks = question.sources == SourceKind::word || question.sources == SourceKind::token ? " " : ".";
  for (std::size_t d = 0; d < answer.documents.size(); ++d) {
    for (const CharRange& range : parts_of(answer.documents[d].text, marks)) {
      answer.sources.push_back({static_cast<std::int64_t>(d), range});
    }
  }
  for (const Method method : question.methods) {
    AnswerScores scores{std::string(to_text(method)), std::string(to_text(method)), {}, 0.25};
    for (const CharRange& target : answer.targets) {
      const auto wanted = words_in(answer.response, target);
      std::vector<double> row;
      for (std::size_t s = 0; s < answer.sources.size(); ++s) {
        const AnswerSource& source = answer.sources[s];
        double shared = 0;
        for (const auto& word :
             words_in(answer.documents[static_cast<std::size_t>(source.document)].text, source.range)) {
          shared += static_cast<double>(wanted.count(word));
        }
        // Gradient differs on purpose: the later a source, the more.
        row.push_back(method == Method::gradient ? static_cast<double>(s + 1) : shared);
      }
      scores.scores_GS.push_back(std::move(row));
    }
    answer.methods.push_back(std::move(scores));
  }
}

inline AttributedAnswer ScriptedEngine::answer(const Question& question, const TextListener& on_text) {
  begin(question);
  if (question.query.find("too long") != std::string::npos)
    throw TooLongError("documents and question are too long", "2000 tokens", "");
  if (question.query.find("broken program") != std::string::npos)
    throw std::logic_error("a secret place in the program");
  AttributedAnswer answer;
  answer.model = model_name();
  answer.source_kind = question.sources;
  answer.prompt_tokens = 7;
  answer.response = question.response ? *question.response : script(question);
  if (!question.response) {
    answer.response_tokens = write(answer.response, on_text);
    answer.generate_seconds = 0.5;
  }
  answer.ended = answer.response_tokens <= question.max_new_tokens;
  if (!question.methods.empty()) attribute(question, answer);
  ++finished;
  return answer;
}

}  // namespace at2::testing
