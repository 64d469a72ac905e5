#include "serve/page_files.h"

#include "base/errors.h"
#include "embedded/serve.h"

namespace at2 {

PageFile page_file(std::string_view path) {
  if (path == "/") return {"text/html; charset=utf-8", embedded::page_html};
  if (path == "/page.css") return {"text/css; charset=utf-8", embedded::page_css};
  if (path == "/page.js") return {"text/javascript; charset=utf-8", embedded::page_js};
  if (path == "/requests.js") return {"text/javascript; charset=utf-8", embedded::requests_js};
  if (path == "/marks.js") return {"text/javascript; charset=utf-8", embedded::marks_js};
  if (path == "/selection.js") return {"text/javascript; charset=utf-8", embedded::selection_js};
  AT2_EXPECT(path == "/icon.svg", "a path of the page");
  return {"image/svg+xml", embedded::icon_svg};
}

}  // namespace at2
