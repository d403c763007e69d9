#include "store/captures.h"

#include <fmt/format.h>

#include "store/migrate.h"
#include "store/neighbours.h"
#include "store/time.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

fs::path image_folder_of(const fs::path& database) {
  const fs::path file = fs::is_symlink(database) ? fs::canonical(database) : database;
  return file.string() + ".images";
}

}  // namespace

CaptureStore::CaptureStore(const fs::path& path, Database::Missing missing)
    : database_(path, missing, static_cast<int>(migrations().size())),
      image_folder_(image_folder_of(path)),
      clock_(clock_ms) {
  migrate(database_, migrations());
  neighbours_ = std::make_unique<Neighbours>(database_);
  refresh_settings();
}

CaptureStore::~CaptureStore() = default;

std::vector<std::string> CaptureStore::damage(bool images) {
  std::vector<std::string> all = database_.damage();
  if (!images || !all.empty()) return all;
  Bytes content;
  each({.order = CaptureOrder::digest}, [&](const CaptureState& capture) {
    std::string wrong;
    if (!image(capture, content, wrong))
      all.push_back(fmt::format("capture {}: {}", short_id(capture.sha256), wrong));
  });
  return all;
}

}  // namespace signpost
