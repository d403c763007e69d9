#include "serve/embedded_page.h"

#include <array>
#include <filesystem>
#include <memory>

#include "base/digest.h"
#include "base/embedded.h"
#include "serve/conditional.h"

namespace signpost {
namespace {

struct MediaType {
  std::string_view ending, type;
};

constexpr std::array kTypes = {
    MediaType{".html", "text/html; charset=utf-8"},
    MediaType{".css", "text/css; charset=utf-8"},
    MediaType{".js", "text/javascript; charset=utf-8"},
    MediaType{".json", "application/json"},
    MediaType{".svg", "image/svg+xml"},
    MediaType{".txt", "text/plain; charset=utf-8"},
};

}  // namespace

WebAnswer embedded_answer(const WebRequest& request, const std::string& path) {
  const std::optional<std::string_view> text = embedded_file(path);
  if (!text) return problem(404, "there is nothing at this address");
  const std::string ending = std::filesystem::path(path).extension().string();
  std::string type = "application/octet-stream";
  for (const MediaType& known : kTypes) {
    if (known.ending == ending) type = known.type;
  }
  const ByteView bytes = as_bytes(*text);
  return conditional_answer(request, std::make_shared<const Bytes>(bytes.begin(), bytes.end()),
                            "\"" + sha256_hex(bytes) + "\"", type);
}

void add_embedded(WebServer& server, const std::string& path, const std::string& folder) {
  WebRoute route;
  route.method = "GET";
  route.path = path;
  route.answer = [folder](const WebRequest& request) {
    return embedded_answer(request,
                           folder + "/" + (request.rest.empty() ? "index.html" : request.rest));
  };
  server.add(std::move(route));
}

}  // namespace signpost
