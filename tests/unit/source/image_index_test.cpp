#include "source/image_index.h"

#include "unit/source/annotation_loop.h"

namespace signpost {
namespace {

std::string found(const FileTree& tree, std::string_view path,
                  const std::vector<std::string>& folders = {}) {
  const ImageIndex index(tree);
  const ImageIndex::Found found = index.find(path, folders);
  if (!found.wrong.empty()) return found.wrong.substr(0, found.wrong.find(" is not in /"));
  return join_path(found.folder, found.name);
}

}  // namespace

TEST_CASE("an image is found by how its path ends") {
  TestTree set;
  for (const char* name : {"images/train/1.jpg", "images/val/1.jpg", "images/train/only.JPG",
                           "deep/er/x y.png", "top.ppm", "images/train/notes.txt"})
    set.add(name);
  const FileTree tree = set.tree();
  CHECK(found(tree, "images/val/1.jpg") == "images/val/1.jpg");
  CHECK(found(tree, "val/1.jpg") == "images/val/1.jpg");
  CHECK(found(tree, "./train//1.jpg") == "images/train/1.jpg");
  CHECK(found(tree, "only.JPG") == "images/train/only.JPG");
  CHECK(found(tree, "C:\\data\\train\\1.jpg") == "images/train/1.jpg");
  CHECK(found(tree, "/home/ana/set/images/val/1.jpg") == "images/val/1.jpg");
  CHECK(found(tree, "../../other/val/1.jpg") == "images/val/1.jpg");
  CHECK(found(tree, "https://example.org/deep/er/x%20y.png?v=1#2") == "deep/er/x y.png");
  CHECK(found(tree, "s3://bucket/set/top.ppm") == "top.ppm");
  CHECK(found(tree, "only") == "images/train/only.JPG");
  CHECK(found(tree, "set/images/val/1.jpg") == "images/val/1.jpg");
}

TEST_CASE("folders that are likely decide between images of one name") {
  TestTree set;
  set.add("images/train/1.jpg");
  set.add("images/val/1.jpg");
  const FileTree tree = set.tree();
  CHECK(found(tree, "1.jpg") ==
        "the image 1.jpg could be images/train/1.jpg or images/val/1.jpg; give the path in the "
        "entry");
  CHECK(found(tree, "1.jpg", {"images", "images/val"}) == "images/val/1.jpg");
  CHECK(found(tree, "/data/1.jpg", {"images/train"}) == "images/train/1.jpg");
}

TEST_CASE("an image of another folder is not taken for one that is missing") {
  TestTree set;
  set.add("images/val/1.jpg");
  const FileTree tree = set.tree();
  CHECK(found(tree, "train/1.jpg") == "the image train/1.jpg");
  CHECK(found(tree, "1.png") == "the image 1.png");
  CHECK(found(tree, "") == "names no image; correct the entry");
  CHECK(found(tree, "../..") == "names no image; correct the entry");
  CHECK(found(tree, "/etc/passwd") == "the image /etc/passwd");
}

}  // namespace signpost
