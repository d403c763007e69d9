#include "source/sidecar.h"

#include <catch2/catch.hpp>

#include "support/scratch.h"

namespace signpost {
namespace {

Sample record(const std::string& id, std::optional<Roi> roi, const std::string& group = "g") {
  Sample sample;
  sample.id = id;
  sample.image = "images/a.png";
  sample.width = 100;
  sample.height = 50;
  sample.roi = roi;
  sample.group = group;
  sample.split = "val";
  return sample;
}

Annotation annotation(double x1, double y1, double x2, double y2) {
  Annotation result;
  result.box = {x1, y1, x2, y2};
  return result;
}

struct Written {
  Scratch scratch;
  explicit Written(const std::vector<Sample>& records) {
    std::filesystem::create_directories(scratch / "set");
    SidecarWriter writer(scratch / "set");
    ExportedImage image;
    image.samples = records;
    writer.add(image);
    writer.finish();
  }
  std::vector<std::string> ids(std::vector<Annotation> annotations) const {
    const FileTree tree((scratch / "set").string());
    Sidecar sidecar(tree, "");
    AnnotatedImage image;
    image.annotations = std::move(annotations);
    sidecar.complete("images/a.png", image);
    std::vector<std::string> result;
    for (const Annotation& a : image.annotations) {
      std::string text = a.sample.id;
      text += "@" + a.sample.group;
      if (!a.box) text += " whole";
      result.push_back(text);
    }
    return result;
  }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("each sign finds its record by its box, in any order") {
  const Written set({record("a", Roi{0, 0, 20, 20}), record("b", Roi{30, 0, 50, 20})});
  CHECK(set.ids({annotation(30.4, 0, 50, 19.6), annotation(0, 0, 20, 20)}) == Ids{"b@g", "a@g"});
}

TEST_CASE("shares of the image are compared in its pixels") {
  const Written set({record("a", Roi{10, 10, 30, 30})});
  Annotation relative = annotation(0.1, 0.2, 0.3, 0.6);
  relative.relative = true;
  CHECK(set.ids({relative}) == Ids{"a@g"});
}

TEST_CASE("a moved box keeps its record, an exact one goes first, and a new sign gets none") {
  const Written set({record("a", Roi{0, 0, 20, 20}, "x"), record("b", Roi{5, 0, 25, 20}, "y")});
  CHECK(set.ids({annotation(2, 0, 22, 20), annotation(0, 0, 20, 20)}) == Ids{"b@y", "a@x"});
  CHECK(set.ids({annotation(60, 0, 80, 20)}) == Ids{"@"});
}

TEST_CASE("a new sign joins the group of its scene if that has but one") {
  const Written set({record("a", Roi{0, 0, 20, 20}), record("b", Roi{30, 0, 50, 20})});
  CHECK(set.ids({annotation(60, 0, 80, 20)}) == Ids{"@g"});
}

TEST_CASE("a sample without a box is without one again, unless it was drawn since") {
  const Written set({record("a", std::nullopt)});
  CHECK(set.ids({annotation(0, 0, 100, 50)}) == Ids{"a@g whole"});
  CHECK(set.ids({annotation(10, 0, 100, 50)}) == Ids{"a@g"});
}

}  // namespace signpost
