#pragma once

#include <string>
#include <string_view>

#include "base/file.h"

namespace signpost {

/// `text` with what HTML reads as markup replaced: safe as content and inside double quotes.
std::string escaped_html(std::string_view text);

/// A whole HTML5 page around `body`, in the one style of the suite's reports. No script and nothing
/// from the network: the file can be mailed and kept. Light or dark as the reader's system asks,
/// readable from 320 CSS pixels of width.
///
/// The style knows: `<p class="sub">` (an explanation), `<dl class="figures">` of `html_figure`s,
/// `<div class="plots">` of plots (base/plot.h), `<div class="wide">` around what may scroll
/// sideways, `td.name` (words in a table of numbers), and the colours `s0` to `s3` (series), `bad`,
/// `red`, `green` and `blue`, which set `fill`, `stroke` and `background` by the element's use.
/// `style` is CSS that this page needs beside it.
std::string html_page(std::string_view title, std::string_view body, std::string_view style = {});

/// One figure with its name, for `<dl class="figures">`. `note` may be empty. All are text.
std::string html_figure(std::string_view name, std::string_view value, std::string_view note = {});

/// "data:image/png;base64,…", for `src`.
std::string data_uri(std::string_view media_type, ByteView bytes);

}  // namespace signpost
