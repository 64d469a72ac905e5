/// \file report/markup_check.h
/// \brief A small checker of markup: tags must nest and close, attributes be quoted, text be escaped.
#pragma once

#include <cctype>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace at2 {

/// The first fault found, with some of the text around it; empty if there is none. Contents of <style> and <script>
/// are skipped up to their end tag, as a browser does.
inline std::string markup_fault(std::string_view markup) {
  static const std::set<std::string, std::less<>> kVoid = {"meta", "br", "link", "img"};
  std::vector<std::string> open;
  const auto around = [&](std::size_t at) { return std::string(markup.substr(at, 60)); };
  for (std::size_t at = 0; at < markup.size();) {
    if (markup[at] == '&') {
      const std::size_t end = markup.find(';', at);
      if (end == std::string_view::npos || end - at > 8) return "bare &: " + around(at);
    }
    if (markup[at] == '>') return "bare >: " + around(at);
    if (markup[at] != '<') {
      ++at;
      continue;
    }
    if (markup.substr(at, 9) == "<!DOCTYPE") {
      at = markup.find('>', at) + 1;
      continue;
    }
    const bool closing = markup[at + 1] == '/';
    std::size_t place = at + (closing ? 2 : 1);
    const std::size_t name_begin = place;
    while (place < markup.size() && std::isalnum(static_cast<unsigned char>(markup[place])) != 0) ++place;
    const std::string name(markup.substr(name_begin, place - name_begin));
    if (name.empty()) return "bare <: " + around(at);
    bool self_closing = false;
    for (char quote = 0; place < markup.size(); ++place) {
      const char c = markup[place];
      if (quote != 0) {
        if (c == '<') return "< within an attribute: " + around(at);
        if (c == quote) quote = 0;
      } else if (c == '"') {
        quote = c;
      } else if (c == '>') {
        self_closing = markup[place - 1] == '/';
        break;
      } else if (c == '<') {
        return "tag without end: " + around(at);
      }
    }
    const std::size_t tag = at;
    at = place + 1;
    if (closing) {
      if (open.empty() || open.back() != name) return "unexpected </" + name + ">: " + around(tag);
      open.pop_back();
    } else if (!self_closing && !kVoid.contains(name)) {
      open.push_back(name);
      if (name == "style" || name == "script") at = markup.find("</" + name, at);
    }
  }
  return open.empty() ? "" : "never closed: " + open.back();
}

/// What follows each occurrence of `start`, up to the next `stop`.
inline std::vector<std::string> all_between(std::string_view text, std::string_view start, std::string_view stop) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(start); at != std::string_view::npos; at = text.find(start, at)) {
    at += start.size();
    found.emplace_back(text.substr(at, text.find(stop, at) - at));
  }
  return found;
}

inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace at2
