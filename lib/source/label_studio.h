#pragma once

#include <memory>
#include <string>

#include "source/format.h"

namespace signpost {

/// Label Studio's JSON export (https://labelstud.io/guide/export and
/// https://labelstud.io/guide/task_format; regions: https://labelstud.io/tags/rectanglelabels): a
/// list of tasks, each with `data` that names the image and `annotations` whose `result` holds
/// regions and choices. A box is in percent of the image. The smaller export JSON_MIN lacks what is
/// needed and is refused.
///
/// Read: of the annotations of a task the one marked `ground_truth`, else the newest by
/// `updated_at`; cancelled (skipped) ones, drafts and predictions are never taken. Results with one
/// id are one region: its box is a rectangle, its class stands in `rectanglelabels`, `labels` or
/// `choices` and must be one. Choices about the whole image are a class where the task has no
/// boxes, else they are kept as other fields. Rotated rectangles, rotated views and the other
/// shapes are rejected by name. The image is looked for by how its path ends:
/// /data/upload/1/1a2b3c4d-NAME also as NAME, /data/local-files/?d=PATH as PATH, URLs and s3:// as
/// their path. `data.split` is the split. Other fields go to extra `label_studio`: of the region
/// (`result`, `value`), the annotation, the task, and its data.
///
/// Written: tasks.json, images/, and labeling_config.xml with all classes. Serve the images with
/// LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT set to the folder. Label Studio rewrites results when
/// somebody edits them but never a task's data, so the `signpost` objects stand in `data.signpost`
/// by the id of their region, or "image" for the whole one.
///
/// Memory: the text, about four bytes for each of its brackets, commas, colons and values while the
/// file is opened, and 16 bytes a task.

/// Parses the text of one such file. See AnnotationParser in source/annotation_files.h.
std::unique_ptr<AnnotationReader> parse_label_studio(Bytes text, const std::string& file);

}  // namespace signpost
