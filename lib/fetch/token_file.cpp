#include "fetch/token_file.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/file.h"

namespace signpost {

std::string read_token_file(const std::filesystem::path& file) {
  std::string token = read_text(file);
  while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back()))) token.pop_back();
  const bool sound = std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
  if (token.empty() || !sound) {
    throw Error(Blame::input, file.string() +
                                  ": is no token; it holds the one line that signpost serve token "
                                  "add printed");
  }
  return token;
}

}  // namespace signpost
