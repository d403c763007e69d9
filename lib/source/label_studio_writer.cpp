#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/digest.h"
#include "base/json_text.h"
#include "source/annotation_files.h"
#include "source/box_fields.h"
#include "source/label_studio.h"
#include "source/new_file.h"
#include "source/xml.h"

namespace signpost {
namespace {

std::string percent_encoded(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '-' || c == '_' || c == '.';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string attribute_text(std::string_view text) {
  std::string out;
  for (const char c : xml_safe(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

class LabelStudioWriter : public AnnotationWriter {
 public:
  LabelStudioWriter(const std::filesystem::path& folder, std::span<const ExportedClass> classes)
      : folder_(folder),
        classes_(classes.begin(), classes.end()),
        out_(folder / "tasks.json", false) {
    out_.write("[");
  }

  /// What a browser shows.
  ExportLayout layout() const override {
    ExportLayout layout;
    layout.image_types = {"png", "jpg", "webp"};
    return layout;
  }

  std::string image_stem(const Sample& sample) const override {
    return "images/" + stem_of_id(sample.id);
  }

  void add(const ExportedImage& image) override {
    out_.write(first_ ? "\n" : ",\n");
    first_ = false;
    std::string results, ours, fields, data, annotation, wrong;
    std::set<std::string> ids;
    const auto splits = by_split(image);
    for (const Sample& sample : image.samples) {
      const std::string own = format_object(sample, "label_studio");
      const JsonValue kept = parser_.parse(own, wrong);
      std::string id = id_of(sample, kept, ids);
      const std::string result = result_of(image, sample, kept, id);
      if (!result.empty()) results += (results.empty() ? "" : ",") + result;
      Sample placed = sample;  // a region says by itself what is meant
      if (!placed.roi) {
        placed.roi = Roi{};
        id = "image";
      }
      add_field(ours, id, signpost_object(placed, "label_studio", splits.size() > 1));
      if (!annotation.empty() || !data.empty() || !fields.empty()) continue;
      kept["task"].each_field([&](std::string_view key, JsonValue value) {
        if (key != "data" && key != "annotations") add_field(fields, key, value.text());
      });
      kept["data"].each_field([&](std::string_view key, JsonValue value) {
        if (key != "image" && key != "split") add_field(data, key, value.text());
      });
      kept["annotation"].each_field([&](std::string_view key, JsonValue value) {
        if (key != "result") add_field(annotation, key, value.text());
      });
      kept["results"].each_element(
          [&](JsonValue other) { results += (results.empty() ? "" : ",") + other.text(); });
    }
    std::string task_data;
    add_field(task_data, "image",
              json_string("/data/local-files/?d=" + percent_encoded(image.file)));
    if (splits.size() == 1 && splits[0].first != "default")
      add_field(task_data, "split", json_string(splits[0].first));
    if (!data.empty()) task_data += "," + data;
    add_field(task_data, "signpost", "{" + ours + "}");
    add_field(fields, "data", "{" + task_data + "}");
    if (!results.empty() || !annotation.empty())
      add_field(annotation, "result", "[" + results + "]");
    add_field(fields, "annotations", annotation.empty() ? "[]" : "[{" + annotation + "}]");
    out_.write("{" + fields + "}");
  }

  void finish() override {
    out_.write("\n]\n");
    out_.commit();
    std::string labels, choices;
    for (const ExportedClass& known : classes_) {
      const std::string name = attribute_text(known.name);
      labels += fmt::format("    <Label value=\"{}\"/>\n", name);
      choices += fmt::format("    <Choice value=\"{}\"/>\n", name);
    }
    write_new_file(
        folder_ / "labeling_config.xml",
        as_bytes(fmt::format(
            "<View>\n  <Image name=\"image\" value=\"$image\"/>\n"
            "  <RectangleLabels name=\"label\" toName=\"image\">\n{}  </RectangleLabels>\n"
            "  <Choices name=\"class\" toName=\"image\" choice=\"single\">\n{}  </Choices>\n"
            "</View>\n",
            labels, choices)));
  }

 private:
  static std::string id_of(const Sample& sample, JsonValue kept, std::set<std::string>& ids) {
    std::string id(kept["result"]["id"].string().value_or(""));
    if (id.empty()) id = sha256_hex(as_bytes(sample.id)).substr(0, 10);
    while (!ids.insert(id).second) id += "x";
    return id;
  }

  /// Empty for a sample of a whole image that has no label.
  std::string result_of(const ExportedImage& image, const Sample& sample, JsonValue kept,
                        const std::string& id) const {
    if (!sample.roi && !sample.label) return {};
    const std::string classes =
        sample.label ? "[" + json_string(class_name_of(sample, classes_)) + "]" : std::string();
    std::string text, value;
    add_field(text, "id", json_string(id));
    const auto kept_or = [&](const char* key, const char* otherwise) {
      const auto known = kept["result"][key].string();
      add_field(text, key, json_string(known ? *known : otherwise));
    };
    kept_or("from_name", sample.roi ? "label" : "class");
    kept_or("to_name", "image");
    const char* type = !sample.roi ? "choices" : sample.label ? "rectanglelabels" : "rectangle";
    add_field(text, "type", json_string(type));
    if (sample.roi) {
      add_field(text, "original_width", std::to_string(image.width));
      add_field(text, "original_height", std::to_string(image.height));
      put_box(image, sample, kept["value"], value);
    }
    if (!classes.empty()) add_field(value, type, classes);
    add_field(text, "value", "{" + value + "}");
    kept["result"].each_field([&](std::string_view key, JsonValue field) {
      if (key != "id" && key != "from_name" && key != "to_name") add_field(text, key, field.text());
    });
    return "{" + text + "}";
  }

  static void put_box(const ExportedImage& image, const Sample& sample, JsonValue kept,
                      std::string& value) {
    const Roi& roi = *sample.roi;
    constexpr std::array<const char*, 4> kKeys = {"x", "y", "width", "height"};
    std::array<double, 4> known;
    bool keep = has_first_pixels(sample);
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
      const std::optional<double> number = kept[kKeys[i]].number();
      keep = keep && number;
      known[i] = number.value_or(0);
    }
    const double across = image.width / 100.0, down = image.height / 100.0;
    keep = keep && same_box({known[0] * across, known[1] * down, (known[0] + known[2]) * across,
                             (known[1] + known[3]) * down},
                            roi);
    const std::array<double, 4> percent =
        keep ? known
             : std::array<double, 4>{roi.x1 / across, roi.y1 / down, roi.width() / across,
                                     roi.height() / down};
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
      std::string number;
      append_json_number(number, percent[i]);
      add_field(value, kKeys[i], number);
    }
    add_field(value, "rotation", "0");
    kept.each_field([&](std::string_view key, JsonValue field) {
      if (key != "rotation" && std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
        add_field(value, key, field.text());
    });
  }

  std::filesystem::path folder_;
  std::vector<ExportedClass> classes_;
  OutputFile out_;
  JsonParser parser_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<AnnotationWriter> create_label_studio(const std::filesystem::path& folder,
                                                      std::span<const ExportedClass> classes) {
  return std::make_unique<LabelStudioWriter>(folder, classes);
}

}  // namespace signpost
