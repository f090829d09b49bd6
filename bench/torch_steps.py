"""Trains, or predicts with, the network whose TensorFlow.js topology comes on the first line of stdin, in PyTorch with channels-last
memory. Answers as keras_steps.py does. Paddings are written as one writes them in PyTorch: into the convolution."""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


def pair(value):
    return tuple(value) if isinstance(value, list) else (value, value)


class Network(nn.Module):
    """Layer by layer; a ReLU or a sum whose input nothing else reads works in place, as torchvision's do."""

    def __init__(self, topology):
        super().__init__()
        config = topology["config"]
        self.steps = []
        self.modules_by_name = nn.ModuleDict()
        channels, readers, margins = {}, {}, {}
        for layer in config["layers"]:
            for node in layer["inbound_nodes"][0] if layer["inbound_nodes"] else []:
                readers[node[0]] = readers.get(node[0], 0) + 1
        source = {}
        for layer in config["layers"]:
            kind, given, name = layer["class_name"], layer["config"], layer["name"]
            if kind == "InputLayer":
                channels[name] = given["batch_input_shape"][-1]
                self.image = name
                continue
            inputs = [source.get(node[0], node[0]) for node in layer["inbound_nodes"][0]]
            if kind == "ZeroPadding2D":
                (top, bottom), (left, right) = given["padding"]
                assert top == bottom and left == right
                source[name], margins[name] = inputs[0], (top, left)
                continue
            if kind == "Activation" and given["activation"] == "softmax":
                self.logits = inputs[0]
                continue
            padding = margins.get(layer["inbound_nodes"][0][0][0], (0, 0))
            module, channels[name] = self.make(kind, given, channels[inputs[0]], padding)
            alone = all(readers[node[0]] == 1 for node in layer["inbound_nodes"][0])
            if isinstance(module, (nn.ReLU, nn.ReLU6)):
                module.inplace = alone
            key = name.replace(".", "_")
            self.modules_by_name[key] = module
            self.steps.append((key, inputs, name))

    def make(self, kind, given, channels, padding):
        size = pair(given.get("kernel_size", 1))
        if given.get("padding") == "same":
            padding = tuple(one // 2 for one in size)
        if kind == "Conv2D":
            filters = given["filters"]
            return nn.Conv2d(channels, filters, size, pair(given["strides"]), padding, bias=given["use_bias"]), filters
        if kind == "DepthwiseConv2D":
            strides = pair(given["strides"])
            return nn.Conv2d(channels, channels, size, strides, padding, groups=channels, bias=given["use_bias"]), channels
        if kind == "BatchNormalization":
            return nn.BatchNorm2d(channels, given["epsilon"], 1 - given["momentum"]), channels
        if kind == "MaxPooling2D":
            return nn.MaxPool2d(pair(given["pool_size"]), pair(given["strides"]), padding), channels
        if kind == "Dense":
            return nn.Linear(channels, given["units"]), given["units"]
        if kind == "GlobalAveragePooling2D":
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), channels
        if kind == "ReLU":
            return (nn.ReLU6() if given.get("max_value") == 6 else nn.ReLU()), channels
        if kind == "Activation":
            return {"relu": nn.ReLU, "relu6": nn.ReLU6}[given["activation"]](), channels
        if kind == "Add":
            return Sum(), channels
        raise ValueError(kind)

    def forward(self, x):
        values = {self.image: x}
        for key, inputs, name in self.steps:
            values[name] = self.modules_by_name[key](*[values[one] for one in inputs])
        return values[self.logits]


class Sum(nn.Module):
    def forward(self, a, b):
        return a + b


job = json.loads(sys.stdin.readline())
model = Network(job["topology"]).to(memory_format=torch.channels_last)
height, width, channels = job["topology"]["config"]["layers"][0]["config"]["batch_input_shape"][1:]
x = torch.randn(job["batch"], channels, height, width).to(memory_format=torch.channels_last)
y = torch.randint(0, 10, (job["batch"],))
if job["optimizer"] == "sgd":
    optimizer = torch.optim.SGD(model.parameters(), 0.001, momentum=0.9)
else:
    optimizer = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[job["optimizer"]](model.parameters(), 1e-3)


def train():
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.inference_mode()
def predict():
    return F.softmax(model(x), 1).numpy()


predicts = job.get("mode") == "predict"
model.train(not predicts)
run = predict if predicts else train
run()
print(json.dumps({"version": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    with open("/proc/self/status") as status:
        rss = next(int(one.split()[1]) // 1024 for one in status if one.startswith("VmRSS"))
    print(json.dumps({"ms": times, "rss": rss}), flush=True)
