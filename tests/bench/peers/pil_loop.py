#!/usr/bin/python3
"""What most people write: PIL opens, crops and resizes, torchvision makes tensors, one process, one file at the end.

usage: pil_loop.py IMAGES OUTPUT    IMAGES is GTSRB's training folder; prints "N images/s"
"""
import csv
import pathlib
import sys
import time

import torch
from PIL import Image
from torchvision.transforms import functional

start = time.perf_counter()
images, labels = [], []
for table in sorted(pathlib.Path(sys.argv[1]).glob("*/GT-*.csv")):
    with open(table, newline="") as rows:
        for row in csv.DictReader(rows, delimiter=";"):
            box = tuple(int(row["Roi." + side]) for side in ("X1", "Y1", "X2", "Y2"))
            image = Image.open(table.parent / row["Filename"]).convert("RGB").crop(box)
            images.append((functional.to_tensor(image.resize((48, 48))) * 255).to(torch.uint8))
            labels.append(int(row["ClassId"]))
torch.save((torch.stack(images), torch.tensor(labels)), sys.argv[2])
print(f"{len(images)} images {len(images) / (time.perf_counter() - start):.0f} images/s")
