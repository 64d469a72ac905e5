#include "data/html_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "text/utf8.h"

namespace at2 {
namespace {

constexpr auto kNone = std::string_view::npos;

bool is_letter(char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'); }
bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
bool is_space(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r' || letter == '\f';
}

/// A tag or comment: where it begins and ends, its name in small letters ("" for comments and declarations).
struct Tag {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string name;
  bool closes = false;
};

/// The end of a tag that begins before `at`: a ">" outside quotes.
std::size_t end_of_tag(std::string_view html, std::size_t at) {
  char quote = 0;
  for (; at < html.size(); ++at) {
    if (quote != 0) {
      if (html[at] == quote) quote = 0;
    } else if (html[at] == '"' || html[at] == '\'') {
      quote = html[at];
    } else if (html[at] == '>') {
      return at + 1;
    }
  }
  return html.size();
}

/// The next tag from `at` on. A "<" that begins no tag is text.
std::optional<Tag> next_tag(std::string_view html, std::size_t at) {
  for (at = html.find('<', at); at != kNone; at = html.find('<', at + 1)) {
    const std::string_view rest = html.substr(at + 1);
    if (rest.starts_with("!--")) {
      const std::size_t close = html.find("-->", at + 4);
      return Tag{at, close == kNone ? html.size() : close + 3, "", false};
    }
    if (rest.starts_with('!') || rest.starts_with('?')) return Tag{at, end_of_tag(html, at + 1), "", false};
    Tag tag{at, 0, "", rest.starts_with('/')};
    std::size_t letter = tag.closes ? 1 : 0;
    if (letter >= rest.size() || !is_letter(rest[letter])) continue;
    for (; letter < rest.size() && (is_letter(rest[letter]) || is_digit(rest[letter])); ++letter) {
      tag.name.push_back(is_letter(rest[letter]) ? static_cast<char>(rest[letter] | 0x20) : rest[letter]);
    }
    tag.end = end_of_tag(html, at + 1 + letter);
    return tag;
  }
  return std::nullopt;
}

/// Where the content of an element ends that is no text (script, style): before its end tag.
std::size_t end_of_raw(std::string_view html, const Tag& open) {
  for (auto tag = next_tag(html, open.end); tag; tag = next_tag(html, tag->begin + 1)) {
    if (tag->closes && tag->name == open.name) return tag->end;
  }
  return html.size();
}

bool is_raw(const Tag& tag) { return !tag.closes && (tag.name == "script" || tag.name == "style"); }

bool is_wanted(const Tag& tag) {
  return tag.name == "p" || (tag.name.size() == 2 && tag.name[0] == 'h' && tag.name[1] >= '1' && tag.name[1] <= '6');
}

bool breaks_words(const Tag& tag) {
  static constexpr std::array<std::string_view, 22> kBlocks{
      "br", "p",  "div", "ul", "ol", "li", "dl", "dd", "dt", "table",  "caption",
      "tr", "td", "th",  "h1", "h2", "h3", "h4", "h5", "h6", "figure", "blockquote"};
  return std::find(kBlocks.begin(), kBlocks.end(), tag.name) != kBlocks.end();
}

struct Name {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<Name, 32> kNames{
    {{"amp", "&"},        {"lt", "<"},          {"gt", ">"},          {"quot", "\""},       {"apos", "'"},
     {"nbsp", "\u00a0"},  {"ndash", "\u2013"},  {"mdash", "\u2014"},  {"lsquo", "\u2018"},  {"rsquo", "\u2019"},
     {"ldquo", "\u201c"}, {"rdquo", "\u201d"},  {"hellip", "\u2026"}, {"bull", "\u2022"},   {"middot", "\u00b7"},
     {"minus", "\u2212"}, {"times", "\u00d7"},  {"deg", "\u00b0"},    {"euro", "\u20ac"},   {"pound", "\u00a3"},
     {"copy", "\u00a9"},  {"reg", "\u00ae"},    {"trade", "\u2122"},  {"frac12", "\u00bd"}, {"prime", "\u2032"},
     {"Prime", "\u2033"}, {"thinsp", "\u2009"}, {"ensp", "\u2002"},   {"emsp", "\u2003"},   {"larr", "\u2190"},
     {"rarr", "\u2192"},  {"shy", "\u00ad"}}};

/// The text of "&#65;", "&#x41;" or "&amp;" without & and ;.
std::optional<std::string> decode_reference(std::string_view name) {
  if (!name.starts_with('#')) {
    const auto* const found = std::find_if(kNames.begin(), kNames.end(), [&](const Name& n) { return n.name == name; });
    return found == kNames.end() ? std::nullopt : std::optional<std::string>(found->text);
  }
  name.remove_prefix(1);
  const bool hexadecimal = name.starts_with('x') || name.starts_with('X');
  if (hexadecimal) name.remove_prefix(1);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, hexadecimal ? 16 : 10);
  const bool character = code != 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
  if (error != std::errc() || end != name.data() + name.size() || !character) return std::nullopt;
  return encode_utf8(std::u32string(1, static_cast<char32_t>(code)));
}

/// Collects text with single spaces.
class Text {
 public:
  void add(std::string_view html) {
    for (std::size_t i = 0; i < html.size(); ++i) {
      if (is_space(html[i])) {
        space();
        continue;
      }
      if (html[i] == '&') {
        constexpr std::size_t kLongest = 10;
        const std::size_t close = html.substr(0, i + kLongest).find(';', i);
        const auto decoded = close == kNone ? std::nullopt : decode_reference(html.substr(i + 1, close - i - 1));
        if (decoded) {
          put(*decoded);
          i = close;
          continue;
        }
      }
      put(html.substr(i, 1));
    }
  }
  void space() { space_ = true; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void put(std::string_view text) {
    if (space_ && !text_.empty()) text_.push_back(' ');
    space_ = false;
    text_ += text;
  }
  std::string text_;
  bool space_ = false;
};

CharRange bytes_of(std::size_t begin, std::size_t end) {
  return {static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)};
}

}  // namespace

std::string html_text(std::string_view html) {
  Text text;
  std::size_t at = 0;
  for (auto tag = next_tag(html, at); tag; tag = next_tag(html, at)) {
    text.add(html.substr(at, tag->begin - at));
    if (breaks_words(*tag)) text.space();
    at = is_raw(*tag) ? end_of_raw(html, *tag) : tag->end;
  }
  text.add(html.substr(at));
  return text.take();
}

std::vector<HtmlBlock> html_blocks(std::string_view html) {
  std::vector<HtmlBlock> blocks;
  std::optional<Tag> open;
  const auto close = [&](std::size_t end) {
    if (!open) return;
    std::string text = html_text(html.substr(open->end, end - open->end));
    if (!text.empty()) blocks.push_back({bytes_of(open->end, end), std::move(text)});
    open.reset();
  };
  std::size_t at = 0;
  for (auto tag = next_tag(html, at); tag; tag = next_tag(html, at)) {
    at = is_raw(*tag) ? end_of_raw(html, *tag) : tag->end;
    if (!is_wanted(*tag)) continue;
    if (!tag->closes) {
      close(tag->begin);
      open = std::move(tag);
    } else if (open && open->name == tag->name) {
      close(tag->begin);
    }
  }
  close(html.size());
  return blocks;
}

}  // namespace at2
