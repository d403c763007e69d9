"""What a user would write: OpenCV's perceptual hash of each box, all pairs compared by numpy.

near_duplicates_peer.py MANIFEST prints how many pairs of different groups differ in 10 bits or less.
"""
import json
import multiprocessing
import sys

import cv2
import numpy

BITS = numpy.array([bin(i).count("1") for i in range(65536)], numpy.uint8)


def hash_of(sample):
    image = cv2.imread(sample["image"], cv2.IMREAD_GRAYSCALE)
    x1, y1, x2, y2 = sample["roi"]
    small = cv2.resize(image[y1:y2, x1:x2], (32, 32), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(numpy.float32))[:8, :8].ravel()[1:]
    return numpy.packbits(numpy.append(low > numpy.median(low), False)).view(numpy.uint16)


def start():
    cv2.setNumThreads(1)


def count_near(task):
    hashes, groups, begin, end = task
    near = 0
    for i in range(begin, end):
        differing = BITS[hashes[i + 1:] ^ hashes[i]].sum(axis=1)
        near += int(((differing <= 10) & (groups[i + 1:] != groups[i])).sum())
    return near


if __name__ == "__main__":
    samples = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    with multiprocessing.Pool(initializer=start) as pool:
        hashes = numpy.stack(pool.map(hash_of, samples, chunksize=256))
        groups = numpy.unique([sample["group"] for sample in samples], return_inverse=True)[1]
        tasks = [(hashes, groups, i, min(i + 2000, len(samples))) for i in range(0, len(samples), 2000)]
        print(sum(pool.imap_unordered(count_near, tasks)))
