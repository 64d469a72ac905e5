#include "data/thought.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/errors.h"
#include "data/prompt_template.h"
#include "text/golden.h"

namespace at2 {
namespace {

using testing::ElementsAre;

constexpr const char* kPlain = "<u>{{ messages[0].content }}<a>";
constexpr const char* kThinking = "<u>{{ messages[0].content }}<a><think>\n";
constexpr SourceKind kKinds[] = {SourceKind::token, SourceKind::word, SourceKind::sentence, SourceKind::paragraph,
                                 SourceKind::passage};

std::string text_of(const std::string& text, CharRange range) {
  return text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

std::vector<std::string> texts_of(const std::string& text, const std::vector<CharRange>& ranges) {
  std::vector<std::string> texts;
  for (const CharRange& range : ranges) texts.push_back(text_of(text, range));
  return texts;
}

Example example_of(const std::vector<std::string>& passages) {
  FilledPrompt filled = PromptTemplate(passages.empty() ? "{query}" : "{passages}\n\n{query}",
                                       {.context = passages.empty() ? Use::forbidden : Use::required})
                            .fill({passages, "Why?"});
  return {"example-1", filled.content, filled.context, filled.passages, "Why?", {}};
}

/// Prompt and response of the default model's tokenizer, which cuts tags into "<", "think", ">\n" and the like.
class ThoughtTest : public testing::Test {
 protected:
  [[nodiscard]] Prompt prompt(const char* chat_template = kPlain, const std::vector<std::string>& passages = {}) const {
    const std::string source = chat_template;
    const ChatFormat chat{ChatTemplate(source), {}, source.find("<think>") != std::string::npos, false};
    return make_prompt(example_of(passages), chat, tokenizer_, 10000);
  }
  [[nodiscard]] Response response(const std::string& text) const { return encode_response(tokenizer_, text); }

  /// "thoughts|answer" of a response, or why there are none.
  [[nodiscard]] std::string parts(const std::string& text, const char* chat_template = kPlain,
                                  ResponseEnd end = ResponseEnd::reached) const {
    try {
      const Thought thought = find_thought(example_of({}), prompt(chat_template), response(text), end);
      return text_of(text, thought.thoughts) + "|" + text_of(text, thought.answer);
    } catch (const RecordError& error) {
      EXPECT_NE(std::string(error.what()).find("example-1"), std::string::npos);
      return error.reason();
    }
  }

  const Tokenizer tokenizer_ = golden::default_tokenizer();
  const SentenceSplitter splitter_{punkt_dir()};
};

TEST_F(ThoughtTest, AClosedThoughtEndsAtTheFirstClosingTag) {
  EXPECT_EQ(parts("<think>\nIt rains. So no.\n</think>\n\nNo. It rains.\n"), "It rains. So no.|No. It rains.");
  EXPECT_EQ(parts("<think>a</think>b"), "a|b");
  EXPECT_EQ(parts("<think>a</think>b</think>c"), "a|b</think>c") << "of two closings the first";
  EXPECT_EQ(parts("Well. <think>a</think>b"), "a|b") << "what stands before the thought is in neither";
}

TEST_F(ThoughtTest, APromptThatOpensTheThoughtNeedsNoTagInTheResponse) {
  EXPECT_EQ(parts("It rains.\n</think>\n\nNo.", kThinking), "It rains.|No.");
  EXPECT_EQ(parts("<think>\nIt rains.\n</think>\n\nNo.", kThinking), "It rains.|No.") << "the model repeats it";
  EXPECT_EQ(parts("\n<think>\n<think>\nIt rains.</think>No.", kThinking), "It rains.|No.");
}

TEST_F(ThoughtTest, WhatIsLeftOutIsToldApart) {
  EXPECT_EQ(parts("No. It rains."), "no thought") << "no tag at all";
  EXPECT_EQ(parts("It rains.\n</think>\n\nNo."), "no thought") << "nothing opens it";
  EXPECT_EQ(parts("<think>\n\n</think>\n\nNo."), "no thought") << "nothing is thought";
  EXPECT_EQ(parts("</think>\n\nNo.", kThinking), "no thought");
  EXPECT_EQ(parts("<think>\nIt rains. So"), "unfinished thought");
  EXPECT_EQ(parts("It rains. So", kThinking, ResponseEnd::cut_off), "unfinished thought");
  EXPECT_EQ(parts("", kThinking), "unfinished thought");
  EXPECT_EQ(parts("It rains.</think>\n\nNo. It", kThinking, ResponseEnd::cut_off), "unfinished answer");
  EXPECT_EQ(parts("It rains.</think>", kThinking, ResponseEnd::cut_off), "unfinished answer");
  EXPECT_EQ(parts("<think>It rains.</think>"), "empty answer");
  EXPECT_EQ(parts("<think>It rains.</think>\n \n"), "empty answer");
}

TEST_F(ThoughtTest, TagsAreInNoSourceAndNoTarget) {
  for (const std::string text :
       {"<think>\nIt rains. So no.\n</think>\n\nNo. It rains.", "<think>It rains.So no.</think>No.It rains.",
        "<think>\n\n(1).\n</think>\n(2).", "<think>1</think>2", "<think>...</think>>..."}) {
    const Prompt plain = prompt();
    const Response given = response(text);
    const Thought thought = find_thought(example_of({}), plain, given, ResponseEnd::reached);
    const auto close = static_cast<std::int64_t>(text.find("</think>"));
    const std::vector<CharRange> tags = {{0, 7}, {close, close + 8}};
    const auto first = std::ssize(plain.tokens);
    const auto is_apart = [&](std::int64_t token) {
      const CharRange chars = given.token_chars[static_cast<std::size_t>(token)];
      return std::all_of(tags.begin(), tags.end(),
                         [&](CharRange tag) { return chars.end <= tag.begin || chars.begin >= tag.end; });
    };
    for (const SourceKind kind : kKinds) {
      const Sources sources = split_thought_sources(plain, given, thought, kind, splitter_);
      ASSERT_FALSE(sources.tokens.empty()) << text;
      ASSERT_EQ(sources.tokens.size(), sources.chars.size());
      for (const TokenRange& tokens : sources.tokens) {
        ASSERT_GT(tokens.size(), 0) << text;
        for (std::int64_t t = tokens.begin; t < tokens.end; ++t) EXPECT_TRUE(is_apart(t - first)) << text << t;
      }
    }
    const Targets targets = split_answer(given, thought, splitter_);
    ASSERT_FALSE(targets.tokens.empty()) << text;
    for (const TokenRange& tokens : targets.tokens) {
      ASSERT_GT(tokens.size(), 0) << text;
      for (std::int64_t t = tokens.begin; t < tokens.end; ++t) EXPECT_TRUE(is_apart(t)) << text << t;
    }
    EXPECT_LT(thought.thought_tokens.end, targets.tokens.front().begin)
        << "the row that predicts the answer's first token is never hidden";
  }
}

TEST_F(ThoughtTest, ATokenThatATagAndAThoughtShareIsInNoSource) {
  // "<think>a", "b", ".</think>c" and "c".
  Response given{"<think>ab.</think>cc", {10, 11, 12, 13}, {}};
  given.token_chars = {{0, 8}, {8, 9}, {9, 19}, {19, 20}};
  const Thought thought = find_thought(example_of({}), prompt(), given, ResponseEnd::reached);
  EXPECT_EQ(thought.thought_tokens, (TokenRange{1, 2}));
  EXPECT_EQ(thought.answer_tokens, (TokenRange{3, 4}));
  given.token_chars = {{0, 8}, {8, 18}, {18, 19}, {19, 20}};
  EXPECT_THROW((void)find_thought(example_of({}), prompt(), given, ResponseEnd::reached), RecordError);
  given.tokens = {10, 11, 12};
  given.token_chars = {{0, 7}, {7, 10}, {10, 20}};
  EXPECT_THROW((void)find_thought(example_of({}), prompt(), given, ResponseEnd::reached), RecordError);
}

TEST_F(ThoughtTest, SourcesAreThoseOfTheContextAndThenThoseOfTheThoughts) {
  const std::string text = "<think>\nIt rains. \n\n So no.\n</think>\n\nNo. It rains.";
  const Prompt with_context = prompt(kPlain, {"The sky is grey. It rains.", "Noah is\nwet."});
  const Response given = response(text);
  const Thought thought = find_thought(example_of({}), with_context, given, ResponseEnd::reached);
  const auto sources = [&](SourceKind kind) {
    return split_thought_sources(with_context, given, thought, kind, splitter_);
  };
  const Sources sentences = sources(SourceKind::sentence);
  EXPECT_EQ(sentences.text, "The sky is grey. It rains.\n\nNoah is\nwet.\n\nIt rains. \n\n So no.");
  EXPECT_THAT(texts_of(sentences.text, sentences.chars),
              ElementsAre("The sky is grey.", "It rains.", "Noah is", "wet.", "It rains.", " So no."));
  const Sources passages = sources(SourceKind::passage);
  EXPECT_THAT(texts_of(passages.text, passages.chars),
              ElementsAre("The sky is grey. It rains.", "Noah is\nwet.", "It rains. \n\n So no."));
  EXPECT_EQ(texts_of(sources(SourceKind::paragraph).text, sources(SourceKind::paragraph).chars).back(), "So no.");
  EXPECT_EQ(sources(SourceKind::word).chars.size(), 13U);
  for (const SourceKind kind : kKinds) {
    const Sources split = sources(kind);
    EXPECT_EQ(split.kind, kind);
    for (std::size_t s = 1; s < split.tokens.size(); ++s) {
      EXPECT_LE(split.tokens[s - 1].begin, split.tokens[s].begin);
      EXPECT_LE(split.chars[s - 1].end, split.chars[s].begin);
    }
  }
}

TEST_F(ThoughtTest, TokensOfASourceAreItsText) {
  const Prompt with_context = prompt(kPlain, {"The sky is grey."});
  const Response given = response("<think>\nIt rains. So no.\n</think>\n\nNo.");
  const Thought thought = find_thought(example_of({}), with_context, given, ResponseEnd::reached);
  std::vector<std::int64_t> all = with_context.tokens;
  all.insert(all.end(), given.tokens.begin(), given.tokens.end());
  const auto decoded = [&](TokenRange range) {
    return tokenizer_.decode({all.begin() + range.begin, all.begin() + range.end}, SkipSpecial::no);
  };
  const Sources sources = split_thought_sources(with_context, given, thought, SourceKind::token, splitter_);
  for (std::size_t s = 0; s < sources.tokens.size(); ++s) {
    const std::string token = decoded(sources.tokens[s]);
    EXPECT_NE(token.find(text_of(sources.text, sources.chars[s])), std::string::npos) << token;
  }
  const Targets targets = split_answer(given, thought, splitter_);
  EXPECT_EQ(targets.text, "No.");
  EXPECT_THAT(texts_of(targets.text, targets.chars), ElementsAre("No."));
  const auto first = std::ssize(with_context.tokens);
  EXPECT_EQ(decoded({first + targets.tokens[0].begin, first + targets.tokens[0].end}), "No.");
}

TEST_F(ThoughtTest, WithoutAContextTheThoughtsAreTheText) {
  const Response given = response("It rains. So no.\n</think>\n\nNo.");
  const Prompt thinking = prompt(kThinking);
  const Thought thought = find_thought(example_of({}), thinking, given, ResponseEnd::reached);
  const Sources sources = split_thought_sources(thinking, given, thought, SourceKind::sentence, splitter_);
  EXPECT_EQ(sources.text, "It rains. So no.");
  EXPECT_THAT(texts_of(sources.text, sources.chars), ElementsAre("It rains.", "So no."));
  EXPECT_EQ(sources.tokens.front().begin, std::ssize(thinking.tokens));
}

TEST_F(ThoughtTest, ThoughtsWithoutASentenceAreOneSource) {
  const Response given = response("<think>\n1 + 1 = 2\n</think>\n\nTwo.");
  const Thought thought = find_thought(example_of({}), prompt(), given, ResponseEnd::reached);
  const Sources sources = split_thought_sources(prompt(), given, thought, SourceKind::sentence, splitter_);
  EXPECT_THAT(texts_of(sources.text, sources.chars), ElementsAre("1 + 1 = 2"));
}

}  // namespace
}  // namespace at2
