#pragma once

#include <memory>
#include <string>

#include "source/format.h"

namespace signpost {

/// Datumaro's own format, which CVAT writes too
/// (https://openvinotoolkit.github.io/datumaro/latest/docs/data-formats/datumaro_format.html):
/// annotations/SUBSET.json with `categories`, `items` and in these `annotations`; images in
/// images/SUBSET/. A box is [x,y,width,height] in pixels from 0; an image's size is [height,width].
///
/// Read: annotations of type `bbox` and, for the whole image, `label`; every other type (polygon,
/// mask, points, …) and rotated boxes are rejected by name. `label_id` counts the labels of
/// `categories`. The name of the file is the split. Other fields of the annotation go to extra
/// `datumaro`, those of the item to `datumaro.item`; `infos` and further fields of a label are not
/// kept.
///
/// Written: the same layout, version 1.0; "default" where there is no split. The `signpost` object
/// stands as JSON text in the annotation's attributes, which Datumaro carries along.
///
/// Memory: the text, about four bytes for each of its brackets, commas, colons and values while the
/// file is opened, and 16 bytes an item. The writer keeps its items on disk.

/// Parses the text of one such file. See AnnotationParser in source/annotation_files.h.
std::unique_ptr<AnnotationReader> parse_datumaro(Bytes text, const std::string& file);

}  // namespace signpost
