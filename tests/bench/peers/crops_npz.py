#!/usr/bin/python3
"""The crops of a cropped manifest as arrays for programs in Python: OUT.npz with Xt, Xv (N x 48 x 48 x 3, uint8, RGB) and Yt, Yv.
crops_npz.py MANIFEST OUT.npz"""
import json, sys, zipfile
import cv2, numpy as np

archives, sides = {}, {"train": ([], []), "val": ([], [])}
for line in open(sys.argv[1]):
    sample = json.loads(line)
    if sample.get("split") not in sides:
        continue
    path, _, member = sample["image"].partition("!")
    if member:
        archive = archives.setdefault(path, None) or zipfile.ZipFile(path)
        archives[path] = archive
        data = archive.read(member)
    else:
        data = open(path, "rb").read()
    image = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    x1, y1, x2, y2 = sample["roi"]
    images, labels = sides[sample["split"]]
    images.append(cv2.resize(image[y1:y2, x1:x2], (48, 48), interpolation=cv2.INTER_AREA))
    labels.append(sample["label"])
(xt, yt), (xv, yv) = sides["train"], sides["val"]
np.savez(sys.argv[2], Xt=np.array(xt), Yt=np.array(yt), Xv=np.array(xv), Yv=np.array(yv))
