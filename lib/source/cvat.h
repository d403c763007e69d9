#pragma once

#include <memory>
#include <string>

#include "source/format.h"

namespace signpost {

/// CVAT for images 1.1 (https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/ and
/// https://docs.cvat.ai/docs/other/xml_format/): annotations.xml with <image> elements that hold
/// <box> and <tag>, images in images/ (a project: images/SUBSET/). Edges are in pixels from 0, with
/// two decimals.
///
/// Read: a box is a sample with a ROI, a tag one for the whole image. A rotated box and the other
/// shapes (polygon, polyline, points, cuboid, ellipse, mask, skeleton) are rejected by name. The
/// `subset` of the image, else of the task, is the split. Other XML attributes and the <attribute>
/// elements go to extra `cvat`, those of the image to `cvat.image`. Tracks are another format (CVAT
/// for video) and are refused.
///
/// Written: the same layout. CVAT drops attributes that its label does not declare, so every
/// attribute, ours included, is declared as text in the labels of <meta>: make the task with these
/// labels to keep them. The `signpost` object stands as JSON text in <attribute name="signpost">.
///
/// Memory: the parsed file, three to five times its size. The writer keeps its images on disk.

/// Parses the text of one such file. See AnnotationParser in source/annotation_files.h.
std::unique_ptr<AnnotationReader> parse_cvat(Bytes text, const std::string& file);

}  // namespace signpost
