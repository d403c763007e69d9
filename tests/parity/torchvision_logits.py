#!/usr/bin/env python3
"""Writes state dicts of torchvision's networks, and what torchvision computes with them, into a folder.

FOLDER/NAME.pth         the state dict, with batch norm statistics that are not those of a fresh network
FOLDER/NAME-logits.pth  {"images": N x 3 x px x px, "logits": N x 1000}
"""
import sys

try:
    import torch
    import torchvision
except ImportError as error:
    print(f"skipped: {error}; install python3-torchvision", file=sys.stderr)
    sys.exit(77)

folder = sys.argv[1]
for name, px in [("mobilenet_v2", 96), ("resnet34", 96), ("mobilenet_v2", 61)]:
    torch.manual_seed(px)
    network = getattr(torchvision.models, name)(weights=None)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.8, 1.6)
            module.bias.data.uniform_(-0.3, 0.3)
    network.eval()
    images = torch.randn(2, 3, px, px)
    with torch.no_grad():
        logits = network(images)
    protocol = 4 if px == 61 else 2
    torch.save(network.state_dict(), f"{folder}/{name}-{px}.pth", pickle_protocol=protocol)
    torch.save({"images": images, "logits": logits}, f"{folder}/{name}-{px}-logits.pth")
    print(name, px)
