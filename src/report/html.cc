#include "report/html.h"

#include "base/sha256.h"
#include "embedded/report.h"
#include "report/figures.h"
#include "report/format.h"

namespace at2 {
namespace {

/// Lets a browser load nothing, and run nothing but the script whose digest is named.
std::string content_policy(std::string_view script) {
  return "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-" +
         base64(sha256(script)) + "'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n";
}

}  // namespace

std::string element(std::string_view name, std::string_view css_class, std::string_view escaped_content) {
  std::string html = "<" + std::string(name);
  if (!css_class.empty()) html += " class=\"" + std::string(css_class) + "\"";
  return html + ">" + std::string(escaped_content) + "</" + std::string(name) + ">";
}

std::string table_html(const Table& table, std::string_view caption) {
  std::string head;
  for (const std::string& cell : table.header) head += "<th scope=\"col\">" + escape_markup(cell) + "</th>";
  std::string body;
  for (const auto& row : table.rows) {
    std::string line = "<th scope=\"row\">" + escape_markup(row.front()) + "</th>";
    for (std::size_t column = 1; column < row.size(); ++column) line += element("td", "", escape_markup(row[column]));
    body += "<tr>" + line + "</tr>\n";
  }
  return "<div class=\"scroll\" tabindex=\"0\"><table>" +
         (caption.empty() ? "" : element("caption", "", escape_markup(caption))) + "<thead><tr>" + head +
         "</tr></thead>\n<tbody>" + body + "</tbody></table></div>";
}

std::string whole_page(std::string_view title, std::string_view style, std::string_view body, std::string_view script) {
  std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n" + content_policy(script) +
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                     "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>" +
                     escape_markup(title) + "</title>\n<style>";
  html += embedded::base_css;
  html += figure_css();
  html += style;
  html += "</style></head>\n<body>" + page_defs() + "<main>\n";
  html += body;
  html += "</main>\n<script>";
  html += script;
  return html + "</script>\n</body></html>\n";
}

}  // namespace at2
