"""Reads jobs as JSON lines from stdin: {kind, manifest, side, weights, seed}; answers each with {accuracy, seconds} measured with PyTorch and
scikit-learn: torchvision's MobileNetV2, the same weights, images, sizes, schedules, rates and augmentation as Loupe's recipes."""

import csv
import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "test", "python"))
import torchvision_cpu  # noqa: F401, E402
from torchvision.models import mobilenet_v2

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
BATCH = 32


def read(manifest, side):
    """uint8 [image, 3, side, side] and labels, by split."""
    root = os.path.dirname(manifest)
    rows = list(csv.DictReader(open(manifest)))
    names = sorted({row["label"] for row in rows})
    found = {}
    for split in ["train", "test"]:
        own = [row for row in rows if row["split"] == split]
        pictures = []
        for row in own:
            image = Image.open(os.path.join(root, row["path"])).convert("RGB")
            scale = side / min(image.size)
            image = image.resize([round(length * scale) for length in image.size], Image.BILINEAR)
            left, top = (image.size[0] - side) // 2, (image.size[1] - side) // 2
            pictures.append(np.asarray(image.crop((left, top, left + side, top + side))))
        pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()
        found[split] = (pixels, torch.tensor([names.index(row["label"]) for row in own]))
    return found, len(names)


class Network(nn.Module):
    def __init__(self, job, classes):
        super().__init__()
        body = mobilenet_v2(weights=None)
        if job["kind"] != "scratch":
            body.load_state_dict(torch.load(job["weights"], weights_only=True))
        self.features = body.features
        if job["kind"] == "fastai":
            self.head = nn.Sequential(
                nn.BatchNorm1d(2560), nn.Dropout(0.25), nn.Linear(2560, 512, bias=False), nn.ReLU(), nn.BatchNorm1d(512),
                nn.Dropout(0.5), nn.Linear(512, classes))
        elif job["kind"] == "keras":
            self.head = nn.Sequential(nn.Linear(1280, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, classes))
        else:
            self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, classes))
        self.both = job["kind"] == "fastai"

    def forward(self, x):
        x = self.features(x)
        averages = x.mean((2, 3))
        return self.head(torch.cat([x.amax((2, 3)), averages], 1) if self.both else averages)


def norm(pixels):
    return ((pixels.float() / 255 - MEAN) / STD).contiguous(memory_format=torch.channels_last)


def augment(pixels, kind):
    """Flips; for fastai's recipe crops moved by up to an eighth, brightness and contrast by up to a fifth, three times of four."""
    x = pixels.float()
    flip = torch.rand(len(x)) < 0.5
    x[flip] = x[flip].flip(3)
    if kind in ("fastai", "scratch"):
        side, margin = x.shape[-1], x.shape[-1] // 8
        padded = F.pad(x, [margin] * 4, mode="reflect")
        moved = torch.randint(0, 2 * margin + 1, (len(x), 2))
        x = torch.stack([one[:, t : t + side, l : l + side] for one, (t, l) in zip(padded, moved.tolist())])
    if kind == "fastai":
        for contrast in [False, True]:
            factor = torch.where(torch.rand(len(x)) < 0.75, 0.8 + 0.4 * torch.rand(len(x)), torch.ones(len(x))).view(-1, 1, 1, 1)
            grey = (x * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True).mean((2, 3), keepdim=True) if contrast else 0
            x = ((x - grey) * factor + grey).clamp(0, 255)
    return norm(x)


def one_cycle(p, high, div=25, final=1e5, peak=0.25):
    cos = lambda a, b, q: a + (b - a) * (1 - np.cos(np.pi * q)) / 2
    if p < peak:
        return cos(high / div, high, p / peak), cos(0.95, 0.85, p / peak)
    return cos(high, high / final, (p - peak) / (1 - peak)), cos(0.85, 0.95, (p - peak) / (1 - peak))


def train(network, pixels, labels, kind, epochs, rate, schedule, frozen, slow=1, decay=0.01, norms="inference"):
    """frozen: 'backbone', 'batch-norm' or None. slow: how many times slower the first layer learns than the head."""
    layers = [m for m in network.features.modules() if isinstance(m, (nn.Conv2d, nn.BatchNorm2d))]
    groups = []
    for i, layer in enumerate(layers):
        still = frozen == "backbone" or (frozen == "batch-norm" and isinstance(layer, nn.BatchNorm2d))
        for name, weight in layer.named_parameters(recurse=False):
            weight.requires_grad_(not still)
            if not still:
                plain = name == "bias" or isinstance(layer, nn.BatchNorm2d)
                groups.append({"params": [weight], "scale": slow ** (i / len(layers) - 1), "weight_decay": 0 if plain else decay})
    for module in network.head.modules():
        for name, weight in module.named_parameters(recurse=False):
            plain = name == "bias" or isinstance(module, nn.BatchNorm1d)
            groups.append({"params": [weight], "scale": 1, "weight_decay": 0 if plain else decay})
    optimizer = torch.optim.AdamW(groups, lr=rate, eps=1e-7)
    steps = epochs * -(-len(pixels) // BATCH)
    done = 0
    for _ in range(epochs):
        network.train()
        if norms == "stored" or (frozen and norms == "inference"):
            for layer in layers:
                if isinstance(layer, nn.BatchNorm2d):
                    layer.eval()
        for chosen in torch.randperm(len(pixels)).split(BATCH):
            if schedule == "one-cycle":
                high, beta = one_cycle(done / max(1, steps - 1), rate)
            else:
                high, beta = rate, 0.9
            for group in optimizer.param_groups:
                group["lr"], group["betas"] = high * group["scale"], (beta, 0.999)
            loss = F.cross_entropy(network(augment(pixels[chosen], kind)), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            done += 1


@torch.inference_mode()
def outputs(network, pixels):
    network.eval()
    return torch.cat([network(norm(part)) for part in pixels.split(BATCH)])


def described(data, job, classes):
    """Features and labels of both splits, kept beside the manifest: several classifiers ask for the same."""
    kept = f"{job['manifest']}-{job['side']}.npz"
    if not os.path.exists(kept):
        network = Network({**job, "kind": "probe"}, classes)
        network.head = nn.Identity()
        (x, y), (tx, ty) = [(outputs(network, pixels).numpy(), labels.numpy()) for pixels, labels in (data["train"], data["test"])]
        np.savez(kept, x=x, y=y, tx=tx, ty=ty)
    found = np.load(kept)
    return found["x"], found["y"], found["tx"], found["ty"]


def classic(kind, data, job, classes):
    x, y, tx, ty = described(data, job, classes)
    scaler = StandardScaler().fit(x)
    x, tx = scaler.transform(x), scaler.transform(tx)
    if kind == "probe":
        fit = LogisticRegression(C=1 / (0.01 * len(y)), max_iter=1000)
    else:
        x, tx = x / np.sqrt(x.shape[1]), tx / np.sqrt(x.shape[1])
        fit = SVC(kernel=kind.removeprefix("svm-"), C=1, gamma=1)
    return float(fit.fit(x, y).score(tx, ty))


def run(job):
    data, classes = read(job["manifest"], job["side"])
    torch.manual_seed(job["seed"])
    kind, (pixels, labels), (tx, ty) = job["kind"], data["train"], data["test"]
    if kind == "speed":
        network = Network(job, classes)
        network.head = nn.Identity()
        outputs(network, pixels[:64])
        started = time.perf_counter()
        outputs(network, pixels)
        return {"imagesPerSecond": len(pixels) / (time.perf_counter() - started)}
    started = time.perf_counter()
    if kind in ("probe", "svm-linear", "svm-rbf"):
        accuracy = classic(kind, data, job, classes)
    else:
        network = Network(job, classes)
        fit = lambda epochs, rate, **more: train(network, pixels, labels, kind, epochs, rate, **more)
        if kind == "scratch":
            fit(job["epochs"], 0.002, schedule="one-cycle", frozen=None)
        elif kind == "frozen":
            fit(5, 0.003, schedule="one-cycle", frozen="backbone")
        elif kind == "fastai":
            fit(1, 0.002, schedule="one-cycle", frozen="backbone", slow=100, norms="training")
            fit(6, 0.001, schedule="one-cycle", frozen=None, slow=100)
        elif kind == "keras":
            fit(5, 0.001, schedule="constant", frozen="backbone", decay=0)
            fit(5, 1e-5, schedule="constant", frozen=None, decay=0, norms="stored")
        accuracy = float((outputs(network, tx).argmax(1) == ty).float().mean())
    return {"accuracy": accuracy, "seconds": time.perf_counter() - started}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
