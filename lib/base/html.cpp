#include "base/html.h"

#include <fmt/format.h>
#include <openssl/evp.h>

namespace signpost {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--paper:#fff;--card:#f6f7f8;--ink:#1b1f23;--soft:#57606a;--rule:#d5d9de;
--s0:#1f6fb2;--s1:#c26a00;--s2:#1a8a63;--s3:#8a929b;--bad:#c1121f;--red:#cf3a3a;--green:#2f9e44;--blue:#3b6fd4}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1d2125;--ink:#e6e9ec;--soft:#a2abb5;--rule:#3a4148;
--s0:#5aa9e6;--s1:#f0a145;--s2:#4cc59a;--s3:#7d868f;--bad:#ff6b6b;--red:#ff7b7b;--green:#62c97a;--blue:#7ea6ff}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto 4rem;padding:0 1rem;color:var(--ink);background:var(--paper)}
h1{font-size:1.7rem;line-height:1.2;margin:0;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.6rem 0 .4rem;padding-top:.8rem;border-top:1px solid var(--rule)}
p{margin:.4rem 0;max-width:46rem}p.sub,figcaption small{color:var(--soft)}
dl.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(8rem,1fr));gap:.8rem;margin:1.2rem 0}
dl.figures div{background:var(--card);border-radius:8px;padding:.6rem .8rem}
dt{color:var(--soft);font-size:.85rem}dd{margin:0;font-size:1.5rem;line-height:1.25;font-variant-numeric:tabular-nums}
dd small{display:block;font-size:.8rem;line-height:1.35;color:var(--soft)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
td,th{padding:.2rem .7rem;text-align:right;vertical-align:top}td,th{white-space:nowrap}td.name,th.name{text-align:left;white-space:normal}
td:first-child,th:first-child{padding-left:.4rem}
th{border-bottom:1px solid var(--soft);font-weight:600}tbody tr:nth-child(even){background:var(--card)}
.wide{overflow-x:auto}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr));gap:1.2rem;align-items:start;margin:1rem 0}
figure{margin:0}figure.plot{background:var(--card);border-radius:8px;padding:.7rem .8rem}
figcaption{font-weight:600;line-height:1.35;margin-bottom:.3rem}figcaption small{display:block;font-weight:400}
figure.plot svg{display:block;width:100%;height:auto}
svg text{font:11px system-ui,sans-serif;fill:var(--soft)}
svg .grid{stroke:var(--rule)}svg .mark{stroke:var(--ink);stroke-dasharray:3 3}svg text.mark{fill:var(--ink);stroke:none}
svg polyline{fill:none;stroke-width:2;stroke-linejoin:round}
rect.s0,circle.s0{fill:var(--s0)}rect.s1,circle.s1{fill:var(--s1)}rect.s2,circle.s2{fill:var(--s2)}rect.s3,circle.s3{fill:var(--s3)}
rect.bad,circle.bad{fill:var(--bad)}rect.red,circle.red{fill:var(--red)}rect.green,circle.green{fill:var(--green)}rect.blue,circle.blue{fill:var(--blue)}
polyline.s0{stroke:var(--s0)}polyline.s1{stroke:var(--s1)}polyline.s2{stroke:var(--s2)}polyline.s3{stroke:var(--s3)}
polyline.bad{stroke:var(--bad)}polyline.red{stroke:var(--red)}polyline.green{stroke:var(--green)}polyline.blue{stroke:var(--blue)}
i.s0{background:var(--s0)}i.s1{background:var(--s1)}i.s2{background:var(--s2)}i.s3{background:var(--s3)}
.bar{display:flex;height:.7rem;border-radius:3px;overflow:hidden}.bar i{display:block;height:100%}.bar i:last-child{border-radius:0 3px 3px 0}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.9rem;color:var(--soft);margin:.4rem 0}
.key i{display:inline-block;width:.8rem;height:.8rem;border-radius:3px;margin-right:.4rem;vertical-align:-.08rem}
details{margin-top:.4rem;font-size:.9rem}summary{cursor:pointer;color:var(--soft)}details table{margin-top:.3rem}
.matrix{overflow-x:auto}.matrix svg text{font-size:9px}
code{font:.9em ui-monospace,monospace;background:var(--card);padding:.1rem .3rem;border-radius:4px;overflow-wrap:anywhere}
@media print{body{max-width:none}figure{break-inside:avoid}}
)";

}  // namespace

std::string escaped_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_page(std::string_view title, std::string_view body, std::string_view style) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
      "<style>{}{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      escaped_html(title), kStyle, style, body);
}

std::string html_figure(std::string_view name, std::string_view value, std::string_view note) {
  std::string small;
  if (!note.empty()) small = fmt::format(" <small>{}</small>", escaped_html(note));
  return fmt::format("<div><dt>{}</dt><dd>{}{}</dd></div>\n", escaped_html(name),
                     escaped_html(value), small);
}

std::string data_uri(std::string_view media_type, ByteView bytes) {
  std::string text = fmt::format("data:{};base64,", media_type);
  const std::size_t head = text.size();
  text.resize(head + (bytes.size() + 2) / 3 * 4 + 1);  // EVP_EncodeBlock ends with a zero byte
  const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data() + head),
                                      bytes.data(), static_cast<int>(bytes.size()));
  text.resize(head + static_cast<std::size_t>(written));
  return text;
}

}  // namespace signpost
