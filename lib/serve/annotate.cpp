#include "serve/annotate.h"

#include <unistd.h>

#include <array>
#include <memory>

#include "base/digest.h"
#include "base/error.h"
#include "serve/annotate_api.h"
#include "serve/embedded_page.h"
#include "serve/sign_pictures.h"

namespace signpost {
namespace {

using Handler = WebAnswer (AnnotateApi::*)(const WebRequest&);

struct Entry {
  const char* method;
  const char* path;
  Handler handler;
};

constexpr std::array kForAnnotators = {
    Entry{"GET", "setup", &AnnotateApi::setup},
    Entry{"POST", "next", &AnnotateApi::next},
    Entry{"POST", "annotations", &AnnotateApi::annotations},
    Entry{"POST", "undo", &AnnotateApi::undo},
    Entry{"POST", "skip", &AnnotateApi::skip},
    Entry{"POST", "release", &AnnotateApi::release},
    Entry{"GET", "images/*", &AnnotateApi::image},
    Entry{"GET", "history/*", &AnnotateApi::history},
    Entry{"GET", "progress", &AnnotateApi::progress},
};

constexpr std::array kForAdmins = {
    Entry{"GET", "disputed", &AnnotateApi::disputed},
    Entry{"POST", "adjudicate", &AnnotateApi::adjudicate},
};

}  // namespace

void add_annotate(Service& service, const AnnotateOptions& options) {
  constexpr std::size_t kMostBody = std::size_t{256} << 10;
  const auto api = std::make_shared<AnnotateApi>(service.store(), options);
  const auto add = [&](const Entry& entry, std::set<Role> roles) {
    const bool post = std::string_view(entry.method) == "POST";
    service.web().add({entry.method, std::string("/v1/annotate/") + entry.path,
                       [&authority = service.authority(), roles = std::move(roles)](
                           WebRequest& request) { return authority.check(request, roles); },
                       [api, handler = entry.handler](const WebRequest& request) {
                         return (api.get()->*handler)(request);
                       },
                       post ? kMostBody : 0});
  };
  for (const Entry& entry : kForAnnotators) add(entry, {Role::annotator});
  for (const Entry& entry : kForAdmins) add(entry, {});
  constexpr const char* kFolder = "lib/serve/page";
  service.web().add({"GET",
                     "/annotate",
                     {},
                     [](const WebRequest& request) {
                       return embedded_answer(request, std::string(kFolder) + "/index.html");
                     },
                     0});
  // Who opens the address that the server prints means the page.
  service.web().add(
      {"GET",
       "/",
       {},
       [](const WebRequest&) { return empty_answer(303).with("Location", "/annotate"); },
       0});
  add_embedded(service.web(), "/annotate/*", kFolder);
  add_sign_pictures(service.web());
}

std::string random_secret() {
  constexpr std::size_t kBytes = 32;
  std::array<std::uint8_t, kBytes> random{};
  if (getentropy(random.data(), random.size()) != 0) throw_errno("cannot draw a secret");
  // The digest of random bits is as random as they are, and comes as text.
  return sha256_hex(random);
}

}  // namespace signpost
