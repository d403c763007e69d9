#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "harness.h"
#include "source/annotated.h"

/// A data set in a folder of its own, one file of which is the input: `file` in it, with `others`
/// beside it. What every reader promises: it throws nothing but Error{input}; each annotation says
/// where it stands; a box that is not rejected lies inside the image; and what it kept of unknown
/// fields is JSON that the record's codec reads.
inline void read_data_set(std::string_view format, const std::string& file,
                          const std::vector<std::pair<std::string, std::string>>& others,
                          const std::uint8_t* data, std::size_t size) {
  using namespace signpost;
  static const std::filesystem::path folder = [] {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "signpost-fuzz-XXXXXX").string();
    return std::filesystem::path(::mkdtemp(pattern.data()));
  }();
  static const bool made = [&] {
    std::atexit([] { std::filesystem::remove_all(folder); });
    for (const auto& [name, text] : others) {
      std::filesystem::create_directories((folder / name).parent_path());
      OutputFile out(folder / name, true);
      out.write(text);
      out.commit();
    }
    std::filesystem::create_directories((folder / file).parent_path());
    return true;
  }();
  PROMISE(made);
  std::FILE* out = std::fopen((folder / file).c_str(), "wb");
  PROMISE(out && std::fwrite(data, 1, size, out) == size && std::fclose(out) == 0);
  Rejects rejects("fuzz", {{}, false, true});
  SampleDecoder decoder;
  try {
    const FileTree tree(folder.string());
    const std::unique_ptr<AnnotationReader> reader = format_named(format).open(tree, rejects);
    AnnotatedImage image;
    std::size_t images = 0;
    while (reader->next(image)) {
      PROMISE(++images <= size + others.size() + 1);
      for (Annotation& annotation : image.annotations) {
        PROMISE(!annotation.where.empty());
        if (!annotation.wrong.empty()) continue;
        PROMISE(!image.name.empty());
        if (annotation.box) {
          std::string wrong;
          const std::optional<Roi> roi = pixel_box(*annotation.box, 640, 480, size % 2, wrong);
          PROMISE(roi ? inside(*roi, 640, 480) : !wrong.empty());
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
  }
}
