"""The peer of bench/fashion-mnist.ts: the same network, batch size, optimizer, schedule and split sizes in plain PyTorch.

Reads one JSON job from stdin: {folder, epochs, batch, rate, validation, seed, threads}. Writes {"step": 1} after the first step and
{"epoch", "accuracy", "cpu"} after each epoch: the accuracy on the validation images, the CPU seconds of the process; then it classifies the test images too.
"""

import gzip
import json
import math
import os
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

job = json.loads(sys.stdin.readline())
torch.manual_seed(job["seed"])
torch.set_num_threads(job["threads"])


def read(name):
    with gzip.open(os.path.join(job["folder"], name)) as file:
        data = file.read()
    dimensions = data[3]
    shape = np.frombuffer(data, ">u4", dimensions, 4).astype(int)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load(split):
    images = torch.from_numpy(read(f"{split}-images-idx3-ubyte.gz").copy())[:, None]
    return images, torch.from_numpy(read(f"{split}-labels-idx1-ubyte.gz").astype(np.int64))


def block(inputs, outputs):
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(conv.weight, mode="fan_out")
    return [conv, nn.BatchNorm2d(outputs), nn.ReLU()]


def one_cycle(share):
    def cosine(a, b, p):
        return a + (b - a) * (1 - math.cos(math.pi * p)) / 2

    high = job["rate"]
    if share < 0.25:
        return cosine(high / 25, high, share / 0.25), cosine(0.95, 0.85, share / 0.25)
    p = (share - 0.25) / 0.75
    return cosine(high, high / 1e5, p), cosine(0.85, 0.95, p)


images, labels = load("train")
order = torch.randperm(len(images))
held_out = round(job["validation"] * len(images))
validation, training = order[:held_out], order[held_out:]
values = images[training].float() / 255
mean, std = values.mean(), values.std()
prepare = lambda batch: ((batch.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)
model = nn.Sequential(
    *block(1, 32),
    nn.MaxPool2d(2),
    *block(32, 64),
    nn.MaxPool2d(2),
    *block(64, 128),
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Dropout(0.2),
    nn.Linear(128, 10),
).to(memory_format=torch.channels_last)
groups = [
    {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": 0.01},
    {"params": [p for p in model.parameters() if p.ndim <= 1], "weight_decay": 0},
]
optimizer = torch.optim.AdamW(groups, lr=job["rate"], eps=1e-7)


def accuracy(images, labels):
    model.eval()
    with torch.inference_mode():
        batches = range(0, len(images), job["batch"])
        right = sum(int((model(prepare(images[i : i + job["batch"]])).argmax(1) == labels[i : i + job["batch"]]).sum()) for i in batches)
    return right / len(images)


batch = job["batch"]
per_epoch = len(training) // batch
step = 0
for epoch in range(1, job["epochs"] + 1):
    model.train()
    order = training[torch.randperm(len(training))]
    for i in range(per_epoch):
        rate, momentum = one_cycle(step / (job["epochs"] * per_epoch))
        for group in optimizer.param_groups:
            group["lr"], group["betas"] = rate, (momentum, 0.999)
        picked = order[i * batch : (i + 1) * batch]
        loss = F.cross_entropy(model(prepare(images[picked])), labels[picked])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
        if step == 1:
            print(json.dumps({"step": 1}), flush=True)
    measured = accuracy(images[validation], labels[validation])
    print(json.dumps({"epoch": epoch, "accuracy": measured, "cpu": time.process_time()}), flush=True)
accuracy(*load("t10k"))
