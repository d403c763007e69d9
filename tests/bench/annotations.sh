#!/usr/bin/env bash
# Reads a COCO file of a million annotations beside Python's json and a loop over it (what pycocotools does), turn by turn. Seconds are those of the
# processor, as both run on one thread, so other work on the machine counts little.
# Usage: tests/bench/annotations.sh BUILD [ANNOTATIONS] [TURNS]
set -euo pipefail
build=$1
annotations=${2:-1000000}
turns=${3:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$annotations" >"$work/instances.json" <<'END'
import json, random, sys
count = int(sys.argv[1])
choice = random.Random(7)
images = [{"license": 1, "file_name": "%012d.jpg" % i, "height": 800, "width": 1360, "id": i,
           "date_captured": "2013-11-14 17:02:52"} for i in range(count // 7 + 1)]
annotations = []
for i in range(count):
    x, y, w, h = (round(choice.uniform(1, 600), 2) for _ in range(4))
    annotations.append({"segmentation": [[x, y, x + w, y, x + w, y + h]], "area": round(w * h / 2, 4), "iscrowd": 0,
                        "image_id": i // 7, "bbox": [x, y, w, h], "category_id": choice.randrange(43), "id": i})
json.dump({"info": {}, "licenses": [{"id": 1, "name": "free"}], "images": images, "annotations": annotations,
           "categories": [{"id": i, "name": "sign %d" % i, "supercategory": "sign"} for i in range(43)]}, sys.stdout)
END
ls -l "$work/instances.json" | awk '{ printf "%.0f MB\n", $5 / 1e6 }'
for ((turn = 0; turn < turns; ++turn)); do
  "$build/tests/bench_annotations" coco "$work/instances.json"
  python3 - "$work/instances.json" <<'END'
import collections, json, os, resource, sys, time
start = time.process_time()
with open(sys.argv[1]) as file:
    data = json.load(file)
of_image, names = collections.defaultdict(list), {c["id"]: c["name"] for c in data["categories"]}
for a in data["annotations"]:
    of_image[a["image_id"]].append(a)
count = 0
for image in data["images"]:
    for a in of_image[image["id"]]:
        x, y, w, h = a["bbox"]
        box, name = (x, y, x + w, y + h), names[a["category_id"]]
        count += 1
seconds, size = time.process_time() - start, os.path.getsize(sys.argv[1])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print("python json: %d annotations, %.2f s of CPU, %.0f MB/s, %.0f annotations/s, peak %.2f times the file"
      % (count, seconds, size / 1e6 / seconds, count / seconds, peak / size))
END
done
