#pragma once

#include <string>
#include <string_view>

#include "sample/sample.h"
#include "source/format.h"
#include "source/json.h"

namespace signpost {

// What travels through the files of other tools beside their own fields.
//
// To the tool: what only signpost knows of a sample, as one JSON object `signpost`. The class is
// never part of it: whoever corrects a label in that tool must win.
// From the tool: what signpost has no meaning for, as one JSON object under the format's name in
// the sample's `extra`.

/// The class of samples without a label, in files that need one. Read as "no label".
inline constexpr std::string_view kUnlabelled = "unlabelled";

/// The largest side of an image that is believed, in pixels.
inline constexpr std::int64_t kMaxSidePx = std::int64_t{1} << 27;

/// {"id":…,"group":…,"frame":…} and the fields of `extra`, but for those of `format`. "roi":null is
/// added where the sample has no ROI, as files of boxes get one around the whole image; "split"
/// where `with_split` is set.
std::string signpost_object(const Sample& sample, std::string_view format, bool with_split);

/// Reads such an object into id, group, frame, split and extra. `whole_image` is set by "roi":null.
/// Other fields of a record are not believed: they are facts about the image. Returns what is wrong
/// with it, or nothing.
std::string read_signpost_object(std::string_view json, std::string_view format, Sample& sample,
                                 bool& whole_image);

/// The JSON object that `extra` holds under `format`; empty if there is none.
std::string format_object(const Sample& sample, std::string_view format);

/// False for a sample whose operations are or were executed (`rendered_from`): what another tool
/// drew on the pixels is no longer true of it.
bool has_first_pixels(const Sample& sample);

/// Appends `"key":json` to the sample's extra; nothing for an empty object.
void add_extra(Sample& sample, std::string_view key, std::string_view json);

/// Appends `"key":value` to the inside of a JSON object.
void add_field(std::string& object, std::string_view key, std::string_view json);

/// Empty if `box` is one: finite, not empty, within 2^27 px. Else what is wrong.
std::string check_box(const Annotation::Box& box);

/// True if each edge of `box` lies within a pixel of `roi`'s: the box as the other tool had it,
/// before it was rounded.
bool same_box(const Annotation::Box& box, const Roi& roi);

/// True if the box is as large as the image, or the image's size is not declared.
bool covers_image(const Annotation::Box& box, const AnnotatedImage& image);

/// The name of a split in files that need one: its own, or "default", as CVAT and Datumaro call the
/// rest. Only the three names that a record may have are passed on, since they become parts of
/// paths.
std::string subset_name(const std::string& split);

/// The roi of the sample as a box, or the whole of the image.
Roi roi_of(const Sample& sample, const ExportedImage& image);

/// Reads a declared side. Nothing for a missing one and for 0, as some tools write. `wrong` is set
/// for one that no image has.
std::optional<int> declared_side(JsonValue value, std::string_view name, std::string& wrong);
std::optional<int> declared_side(std::string_view digits, std::string_view name,
                                 std::string& wrong);

/// "train", "val" or "test" where one of the words of `name` says so (train2017, valid, testing);
/// else nothing.
std::string split_of_name(std::string_view name);

/// Numbers the annotations of an image that has several and empties the key of a single one.
void complete_keys(AnnotatedImage& image);

}  // namespace signpost
