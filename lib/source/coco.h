#pragma once

#include <memory>
#include <string>

#include "source/format.h"

namespace signpost {

/// COCO's object detection format (Lin et al., Microsoft COCO, ECCV 2014;
/// https://cocodataset.org/#format-data): `images`, `annotations` and `categories` in one JSON file
/// a split. A box is [x,y,width,height] in pixels from 0, so [x, x+width) is ours.
///
/// Read: every annotation is a sample, its class is the category's name. Polygons and masks have
/// their enclosing box there (`bbox`), which is taken. A crowd (`iscrowd` 1) is no single sign and
/// is rejected. Other fields of annotation and image go to extra `coco`, with the licence that the
/// image names; `info` and further fields of a category are not kept.
///
/// Written: annotations/instances_SPLIT.json and images/SPLIT/; "default" where there is no split,
/// as CVAT and Datumaro have it. A category's id is the class id of ours. A sample without a ROI
/// gets a box around the whole image. Ids of images and annotations that came from COCO stay, if
/// they are still free.
///
/// Memory: the text, about four bytes for each of its brackets, commas, colons and values while the
/// file is opened, and 16 bytes an annotation: near 2.5 times the file. The writer keeps two lists
/// on disk and eight bytes for each id.

/// Parses the text of one such file. See AnnotationParser in source/annotation_files.h.
std::unique_ptr<AnnotationReader> parse_coco(Bytes text, const std::string& file);

}  // namespace signpost
