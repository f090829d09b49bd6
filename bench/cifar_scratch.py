"""The peer of bench/cifar-scratch.ts: the same network, data, augmentation, optimizer and schedule in plain PyTorch.

Reads one JSON job from stdin: {folder, epochs, batch, rate, weightDecay, smoothing, width, depth, seed, threads, mixed}. Writes one
JSON line an epoch: {epoch, accuracy, seconds, cpuSeconds}, with the seconds of training so far, evaluation left out.
"""

import json
import math
import os
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

job = json.loads(sys.stdin.readline())
torch.manual_seed(job["seed"])
torch.set_num_threads(job["threads"])
SIDE, PADDING = 32, 4


def load(split):
    folder = os.path.join(job["folder"], split)
    images, labels = [], []
    for label, name in enumerate(sorted(os.listdir(folder))):
        for file in sorted(os.listdir(os.path.join(folder, name))):
            with Image.open(os.path.join(folder, name, file)) as image:
                images.append(np.asarray(image.convert("RGB")))
            labels.append(label)
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous(), torch.tensor(labels)


def stage(inputs, outputs, depth):
    blocks = []
    for i in range(depth):
        conv = nn.Conv2d(inputs if i == 0 else outputs, outputs, 3, padding=1, bias=False)
        nn.init.kaiming_normal_(conv.weight, mode="fan_out")
        blocks += [conv, nn.BatchNorm2d(outputs), nn.ReLU()]
    return blocks


def network(classes):
    channels = [int(c * job["width"]) for c in (32, 64, 128)]
    depth = job["depth"]
    return nn.Sequential(
        *stage(3, channels[0], depth),
        nn.MaxPool2d(2),
        *stage(channels[0], channels[1], depth),
        nn.MaxPool2d(2),
        *stage(channels[1], channels[2], depth),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(channels[2], classes),
    )


def augment(images):
    """A flip with probability one half and a window moved by up to four pixels, an image each, reflected at the edge."""
    padded = F.pad(images, (PADDING,) * 4, mode="reflect")
    size = len(images)
    rows = torch.randint(0, 2 * PADDING + 1, (size,))
    columns = torch.randint(0, 2 * PADDING + 1, (size,))
    steps = torch.arange(SIDE)
    at = torch.arange(size)[:, None, None]
    moved = padded.permute(0, 2, 3, 1)[at, (rows[:, None] + steps)[:, :, None], (columns[:, None] + steps)[:, None, :]]
    flips = torch.rand(size) < 0.5
    moved[flips] = moved[flips].flip(2)
    return moved.permute(0, 3, 1, 2)


def one_cycle(share):
    def cosine(a, b, p):
        return a + (b - a) * (1 - math.cos(math.pi * p)) / 2

    high = job["rate"]
    if share < 0.25:
        return cosine(high / 25, high, share / 0.25), cosine(0.95, 0.85, share / 0.25)
    p = (share - 0.25) / 0.75
    return cosine(high, high / 1e5, p), cosine(0.85, 0.95, p)


train_images, train_labels = load("train")
test_images, test_labels = load("val")
values = train_images.float() / 255
mean, std = values.mean((0, 2, 3))[:, None, None], values.std((0, 2, 3))[:, None, None]
prepare = lambda images: ((images.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)
model = network(int(train_labels.max()) + 1).to(memory_format=torch.channels_last)
decayed = [p for p in model.parameters() if p.ndim > 1]
plain = [p for p in model.parameters() if p.ndim <= 1]
groups = [{"params": decayed, "weight_decay": job["weightDecay"]}, {"params": plain, "weight_decay": 0}]
optimizer = torch.optim.SGD(groups, lr=job["rate"], momentum=0.9, nesterov=True)
batch = job["batch"]
per_epoch = len(train_images) // batch
seconds, cpu, step = 0.0, 0.0, 0
for epoch in range(1, job["epochs"] + 1):
    model.train()
    started, cpu_started = time.perf_counter(), time.process_time()
    order = torch.randperm(len(train_images))
    for i in range(per_epoch):
        rate, momentum = one_cycle(step / (job["epochs"] * per_epoch))
        for group in optimizer.param_groups:
            group["lr"], group["momentum"] = rate, momentum
        picked = order[i * batch : (i + 1) * batch]
        images = prepare(augment(train_images[picked].float()))
        with torch.autocast("cpu", torch.bfloat16, enabled=job["mixed"]):
            loss = F.cross_entropy(model(images).float(), train_labels[picked], label_smoothing=job["smoothing"])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
    seconds += time.perf_counter() - started
    cpu += time.process_time() - cpu_started
    model.eval()
    with torch.inference_mode():
        right = sum(
            int((model(prepare(test_images[i : i + 256])).argmax(1) == test_labels[i : i + 256]).sum())
            for i in range(0, len(test_images), 256)
        )
    print(json.dumps({"epoch": epoch, "accuracy": right / len(test_images), "seconds": seconds, "cpuSeconds": cpu}), flush=True)
