#include "base/json_text.h"

#include <catch2/catch.hpp>

namespace signpost {

TEST_CASE("a text is plain if it stands between quotes as it is, whatever its length") {
  CHECK(is_plain_json(""));
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        const bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
        if (is_plain_json(text) != plain) FAIL("byte " << byte << " at " << at << " of " << size);
      }
    }
  }
  CHECK(is_plain_json("~}| !#[]^_`\x7f /0189:AZaz{"));
}

TEST_CASE("a string is escaped only where it must be, and bytes that are no UTF-8 are replaced") {
  CHECK(json_string("") == R"("")");
  CHECK(json_string("a/b c") == R"("a/b c")");
  CHECK(json_string("say \"hi\"\\\n\t\x01 Ä €") == R"("say \"hi\"\\\n\t\u0001 Ä €")");
  CHECK(json_string("12345678\xff") == "\"12345678\xef\xbf\xbd\"");
}

}  // namespace signpost
