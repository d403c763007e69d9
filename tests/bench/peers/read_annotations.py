#!/usr/bin/python3
"""What most people write to read a data set: the annotations, and the header of each image by PIL. Nothing is hashed or checked.

usage: read_annotations.py FORMAT FOLDER    FORMAT is imagefolder, coco or yolo; prints "N images/s"
"""
import json
import pathlib
import sys
import time

from PIL import Image


def imagefolder(folder):
    from torchvision.datasets.folder import IMG_EXTENSIONS, make_dataset

    for side in sorted(path for path in folder.iterdir() if path.is_dir()):
        classes = sorted(path.name for path in side.iterdir() if path.is_dir())
        for path, label in make_dataset(str(side), {name: i for i, name in enumerate(classes)}, IMG_EXTENSIONS):
            with Image.open(path) as image:
                yield image.size, label, None


def coco(folder):
    for file in sorted(folder.glob("annotations/*.json")):
        data = json.loads(file.read_text())
        images = {image["id"]: image for image in data["images"]}
        side = file.stem.removeprefix("instances_")
        for annotation in data["annotations"]:
            with Image.open(folder / "images" / side / images[annotation["image_id"]]["file_name"]) as image:
                x, y, w, h = annotation["bbox"]
                yield image.size, annotation["category_id"], (x, y, x + w, y + h)


def yolo(folder):
    for path in sorted(folder.glob("images/*/*")):
        with Image.open(path) as image:
            width, height = image.size
        for line in (folder / "labels" / path.parent.name / (path.stem + ".txt")).read_text().splitlines():
            label, x, y, w, h = map(float, line.split())
            yield (width, height), int(label), ((x - w / 2) * width, (y - h / 2) * height, w * width, h * height)


start = time.perf_counter()
count = sum(1 for _ in globals()[sys.argv[1]](pathlib.Path(sys.argv[2])))
print(f"{count} images {count / (time.perf_counter() - start):.0f} images/s")
