/// \file serve/page_files.h
/// \brief The page that the server shows in a browser.
#pragma once

#include <string_view>

namespace at2 {

struct PageFile {
  std::string_view content_type;
  std::string_view text;
};

/// \param path  "/", "/icon.svg", "/page.css", or one of the scripts
/// \throws ContractViolation for another one
[[nodiscard]] PageFile page_file(std::string_view path);

}  // namespace at2
