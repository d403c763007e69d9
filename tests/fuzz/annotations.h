#pragma once

#include <cmath>

#include "base/error.h"
#include "harness.h"
#include "sample/sample.h"
#include "source/format.h"

/// What every parser of annotation files promises: it throws nothing but Error{input} that names
/// the file; each annotation says where it stands and is rejected, or has a box with a size or
/// none; and what it kept of unknown fields is JSON on one line that the record's codec reads.
inline void parse_annotations(
    std::unique_ptr<signpost::AnnotationReader> (*parse)(signpost::Bytes, const std::string&),
    const std::uint8_t* data, std::size_t size) {
  using namespace signpost;
  try {
    const std::unique_ptr<AnnotationReader> reader = parse(Bytes(data, data + size), "a.file");
    AnnotatedImage image;
    std::size_t images = 0;
    SampleDecoder decoder;
    while (reader->next(image)) {
      PROMISE(++images <= size + 1);
      PROMISE(!image.annotations.empty() || !image.name.empty());
      for (Annotation& annotation : image.annotations) {
        PROMISE(annotation.where.starts_with("a.file"));
        if (!annotation.wrong.empty()) continue;
        if (annotation.box) {
          const Annotation::Box& box = *annotation.box;
          PROMISE(std::isfinite(box.x1 + box.y1 + box.x2 + box.y2));
          PROMISE(box.x1 < box.x2 && box.y1 < box.y2);
        }
        annotation.sample.id = annotation.sample.image = "x";
        std::string line;
        encode(annotation.sample, line);
        PROMISE(line.find('\n') == std::string::npos);
        Sample again;
        PROMISE(decoder.decode(line, again).empty());
        PROMISE(again.extra == annotation.sample.extra && again.group == annotation.sample.group);
      }
    }
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
    PROMISE(std::string_view(error.what()).starts_with("a.file:"));
  }
}
