#include "report/page.h"

namespace at2 {

std::string_view page_css() {
  return R"css(
:root{--ink:#1c2430;--soft:#5c6672;--page:#f3f5f8;--card:#fff;--rule:#e1e6ec;--accent:#2f6fde;--blue:47 111 222;--yellow:#ffe27a;--on-yellow:#1c2430}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa4b1;--page:#0f1216;--card:#171b21;--rule:#2c333d;--accent:#7aa8fa;--blue:62 124 240;--yellow:#8a6d00;--on-yellow:#fff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px 16px 64px}
header,section{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:24px;margin-bottom:20px}
.kicker{margin:0;color:var(--accent);font-weight:600;font-size:14px;letter-spacing:.02em}
h1{margin:2px 0 8px;font-size:30px;line-height:1.2;overflow-wrap:anywhere}
h2{margin:0 0 8px;font-size:21px}
h3{margin:20px 0 6px;font-size:16px}
h4{margin:16px 0 4px;font-size:13px;color:var(--soft);font-weight:600}
h5{margin:0 0 8px;font-size:14px}
.lead{margin:0 0 16px;max-width:88ch}
.small{font-size:13px;color:var(--soft);margin:8px 0 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0}
.tile{border:1px solid var(--rule);border-radius:10px;padding:12px 14px}
.tile b{display:block;font-size:22px;line-height:1.3;font-variant-numeric:tabular-nums;white-space:nowrap}
.tile span{display:block;font-size:13px;line-height:1.35;color:var(--soft)}
.run{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0;font-size:15px}
.run dt{color:var(--soft)}
.run dd{margin:0;overflow-wrap:anywhere}
.notes{margin:12px 0 0;padding-left:20px;font-size:14px;color:var(--soft)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:0 0 20px;font-size:15px;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:4px 0}
caption::first-letter{text-transform:uppercase}
th,td{padding:7px 10px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule)}
th:first-child,td:first-child{text-align:left;padding-left:0}
thead th{font-size:13px;font-weight:600;color:var(--soft)}
tbody th{font-weight:500}
td.best{font-weight:700}
.stages{max-width:760px;margin-bottom:0}
.meter{width:50%;min-width:80px}
.meter span{display:block;height:12px;border-radius:3px;background:var(--accent);min-width:2px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:20px 32px;margin-top:8px}
figure{margin:0;min-width:0}
figure .figure{display:block;max-width:100%;height:auto}
.charts .figure{width:100%;max-width:540px}
figure.wide{margin-bottom:20px}
figure.wide .figure{max-width:none}
.example{border-top:1px solid var(--rule);padding:10px 0}
.example summary{cursor:pointer;font-weight:600;padding:4px 0;overflow-wrap:anywhere}
.example .number{color:var(--accent)}
.example .id{font-weight:400;font-size:13px;color:var(--soft)}
.text{white-space:pre-wrap;overflow-wrap:anywhere;font-size:15px}
.text a{color:inherit;text-decoration:underline dotted var(--soft);text-underline-offset:3px}
.text a:hover,.text a:focus-visible{background:color-mix(in srgb,var(--yellow) 45%,transparent)}
.panel{border-top:1px dashed var(--rule);margin-top:16px;scroll-margin-top:16px}
.js .panel{display:none;border-top:0;margin-top:0}
.js .panel.shown{display:block}
.kinds{margin:14px 0 0;font-size:14px;color:var(--soft)}
.kinds b,.kinds a{display:inline-block;padding:2px 12px;margin:2px 4px 2px 0;border:1px solid var(--rule);border-radius:99px;text-decoration:none;color:var(--ink);font-weight:500}
.kinds b{background:var(--accent);border-color:var(--accent);color:var(--card)}
.methods{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,250px),1fr));gap:12px}
.method{border:1px solid var(--rule);border-radius:10px;padding:12px 14px;min-width:0}
.context{font-size:14px;line-height:1.6;max-height:460px;overflow:auto}
mark{color:inherit;border-radius:3px;background:rgb(var(--blue) / calc(var(--s) * .72));-webkit-box-decoration-break:clone;box-decoration-break:clone}
mark.chosen{background:var(--yellow);color:var(--on-yellow)}
@media (max-width:640px){header,section{padding:16px;border-radius:10px}main{padding:10px 8px 40px}.run{grid-template-columns:1fr;gap:0}.run dd{margin-bottom:8px}h1{font-size:25px}}
@media print{.js .panel{display:block}.context{max-height:none}}
)css";
}

std::string_view page_script() {
  return R"js(
(function () {
  document.documentElement.classList.add("js");
  function show(id) {
    var panel = document.getElementById(id);
    if (!panel || !panel.classList.contains("panel")) return false;
    var example = panel.parentNode;
    example.open = true;
    example.querySelectorAll(".panel.shown").forEach(function (other) { other.classList.remove("shown"); });
    panel.classList.add("shown");
    return true;
  }
  document.querySelectorAll(".example").forEach(function (example) {
    if (!example.querySelector(".panel.shown")) {
      var first = example.querySelector(".panel");
      if (first) first.classList.add("shown");
    }
  });
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href^='#e']");
    if (link && show(link.getAttribute("href").slice(1))) event.preventDefault();
  });
  if (location.hash) show(location.hash.slice(1));
})();
)js";
}

}  // namespace at2
