// Reads a file of annotations in memory and says how fast: bench_annotations
// coco|voc|cvat|label_studio|datumaro FILE
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <ctime>

#include "source/coco.h"
#include "source/cvat.h"
#include "source/datumaro.h"
#include "source/label_studio.h"
#include "source/voc.h"

using namespace signpost;

int main(int count, char** arguments) {
  if (count != 3) {
    fmt::print(stderr, "usage: bench_annotations FORMAT FILE\n");
    return 2;
  }
  const std::string format = arguments[1];
  const auto parse = format == "coco"           ? parse_coco
                     : format == "voc"          ? parse_voc
                     : format == "cvat"         ? parse_cvat
                     : format == "label_studio" ? parse_label_studio
                                                : parse_datumaro;
  const std::clock_t start = std::clock();
  std::size_t size = 0, images = 0, annotations = 0, wrong = 0;
  {
    Bytes bytes;
    read_file(arguments[2], bytes);
    size = bytes.size();
    const std::unique_ptr<AnnotationReader> reader = parse(std::move(bytes), arguments[2]);
    AnnotatedImage image;
    while (reader->next(image)) {
      ++images;
      annotations += image.annotations.size();
      wrong += static_cast<std::size_t>(
          std::count_if(image.annotations.begin(), image.annotations.end(),
                        [](const Annotation& each) { return !each.wrong.empty(); }));
    }
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "signpost {}: {} images, {} annotations, {} wrong, {:.2f} s of CPU, {:.0f} MB/s, {:.0f} "
      "annotations/s, peak {:.2f} "
      "times the file\n",
      format, images, annotations, wrong, seconds, static_cast<double>(size) / 1e6 / seconds,
      static_cast<double>(annotations) / seconds,
      static_cast<double>(usage.ru_maxrss) * 1024 / static_cast<double>(size));
  return wrong == 0 ? 0 : 1;
}
