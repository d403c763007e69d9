#pragma once

#include <memory>
#include <string>

#include "source/format.h"

namespace signpost {

/// Pascal VOC (Everingham et al., The PASCAL Visual Object Classes Challenge, IJCV 2010, and its
/// development kit, http://host.robots.ox.ac.uk/pascal/VOC/): one XML file an image in
/// Annotations/, images in JPEGImages/, splits as lists of stems in
/// ImageSets/Main/{train,val,test}.txt.
///
/// Where boxes begin: the challenge counts pixels from 1 and includes xmax and ymax. The tools that
/// write the format today (labelImg, CVAT, Datumaro, Roboflow) write edges from 0. A file whose
/// `source` names the challenge (<annotation>PASCAL VOC2007</annotation>, <database>The VOC2007
/// Database</database>) is read in the first way, any other in the second, and written back so.
///
/// Read: every <object> is a sample. Its other elements (pose, truncated, difficult, part, …) go to
/// extra `voc`, those of the image to `voc.image`, as JSON: text, or objects, with "@name" for XML
/// attributes. An image that train.txt and val.txt both name is rejected.
///
/// Written: edges from 0, which are exact for our half-open boxes; labelmap.txt as CVAT and
/// Datumaro ask for; default.txt for what has no split. The `signpost` object stands as JSON text
/// in <attributes><attribute><name>signpost</name>, which readers of VOC pass over and CVAT keeps.
/// A sample without a ROI gets a box around the whole image.

/// Parses the text of one such file. See AnnotationParser in source/annotation_files.h.
std::unique_ptr<AnnotationReader> parse_voc(Bytes text, const std::string& file);

}  // namespace signpost
