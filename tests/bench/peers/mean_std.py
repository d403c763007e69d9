#!/usr/bin/python3
"""What most people write for a channel's mean and deviation: PIL opens and crops, torchvision makes tensors.

usage: mean_std.py IMAGES PROCESSES    IMAGES is GTSRB's training folder; prints the figures and "N images/s"
"""
import csv
import multiprocessing
import pathlib
import sys
import time

import torch
from PIL import Image
from torchvision.transforms import functional


def one_class(table):
    torch.set_num_threads(1)
    count, total, squares = 0, torch.zeros(3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
    with open(table, newline="") as rows:
        for row in csv.DictReader(rows, delimiter=";"):
            box = tuple(int(row["Roi." + side]) for side in ("X1", "Y1", "X2", "Y2"))
            pixels = functional.to_tensor(Image.open(table.parent / row["Filename"]).convert("RGB").crop(box))
            total += pixels.mean(dim=(1, 2))
            squares += pixels.square().mean(dim=(1, 2))
            count += 1
    return count, total, squares


if __name__ == "__main__":
    start = time.perf_counter()
    tables = sorted(pathlib.Path(sys.argv[1]).glob("*/GT-*.csv"))
    processes = int(sys.argv[2])
    if processes == 1:
        parts = [one_class(table) for table in tables]
    else:
        with multiprocessing.Pool(processes) as pool:
            parts = pool.map(one_class, tables, chunksize=1)
    count, total, squares = (sum(column) for column in zip(*parts))
    mean = total / count
    std = (squares / count - mean**2).sqrt()
    print(" ".join(f"{value:.4f}" for value in (*mean, *std)))
    print(f"{count} images {count / (time.perf_counter() - start):.0f} images/s")
