"""onnx_networks.py <folder>: small networks whose graphs are those of DINOv2, CLIP's image encoder and YOLO's classifiers as their exporters write them, with random weights, random pixels and what ONNX Runtime makes of them."""
import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

folder = sys.argv[1]
torch.manual_seed(0)
rng = np.random.default_rng(2)
IMAGES = 3
expected = {}
CLIP = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


class Attention(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(size, size) for _ in range(4))

    def forward(self, x):
        n, tokens, size = x.shape
        q, k, v = (part(x).view(n, tokens, self.heads, -1).transpose(1, 2) for part in (self.query, self.key, self.value))
        found = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.out(found.transpose(1, 2).reshape(n, tokens, size))


class QuickGelu(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    """Before each part a norm; DINOv2 scales what it adds."""

    def __init__(self, size, heads, activation, scaled):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(size, eps=1e-6), nn.LayerNorm(size, eps=1e-6)
        self.attention = Attention(size, heads)
        self.mlp = nn.Sequential(nn.Linear(size, 4 * size), activation, nn.Linear(4 * size, size))
        self.scale1, self.scale2 = (nn.Parameter(torch.rand(size) + 0.5) if scaled else 1.0 for _ in range(2))

    def forward(self, x):
        x = x + self.attention(self.norm1(x)) * self.scale1
        return x + self.mlp(self.norm2(x)) * self.scale2


class Dino(nn.Module):
    """facebook/dinov2-*: last_hidden_state and, of its class token, pooler_output."""

    def __init__(self, side, registers=0, size=24, patch=14):
        super().__init__()
        self.patches = nn.Conv2d(3, size, patch, patch)
        self.cls = nn.Parameter(torch.randn(1, 1, size))
        self.registers = nn.Parameter(torch.randn(1, registers, size)) if registers else None
        self.position = nn.Parameter(torch.randn(1, (side // patch) ** 2 + 1, size) * 0.1)
        self.blocks = nn.Sequential(*(Block(size, 3, nn.GELU(), True) for _ in range(2)))
        self.norm = nn.LayerNorm(size, eps=1e-6)

    def forward(self, pixels):
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(pixels.shape[0], -1, -1), x], 1) + self.position
        if self.registers is not None:
            x = torch.cat([x[:, :1], self.registers.expand(pixels.shape[0], -1, -1), x[:, 1:]], 1)
        x = self.norm(self.blocks(x))
        return x, x[:, 0]


class Hidden(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, pixels):
        return self.net(pixels)[0]


class Clip(nn.Module):
    """CLIPVisionModelWithProjection: image_embeds and last_hidden_state."""

    def __init__(self, side, size=24, patch=8):
        super().__init__()
        self.patches = nn.Conv2d(3, size, patch, patch, bias=False)
        self.cls = nn.Parameter(torch.randn(size))
        self.position = nn.Parameter(torch.randn(1, (side // patch) ** 2 + 1, size) * 0.1)
        self.before, self.after = nn.LayerNorm(size), nn.LayerNorm(size)
        self.blocks = nn.Sequential(*(Block(size, 3, QuickGelu(), False) for _ in range(2)))
        self.projection = nn.Linear(size, 16, bias=False)

    def forward(self, pixels):
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(pixels.shape[0], 1, -1), x], 1) + self.position
        x = self.blocks(self.before(x))
        return self.projection(self.after(x[:, 0])), x


def conv(channels, filters, kernel=3, stride=1):
    return nn.Sequential(nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(filters, eps=1e-3), nn.SiLU())


class C2f(nn.Module):
    """YOLOv8's block: split, bottlenecks, all parts joined."""

    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.first, self.last = conv(channels, channels, 1), conv(3 * half, channels, 1)
        self.inner = nn.Sequential(conv(half, half), conv(half, half))

    def forward(self, x):
        a, b = self.first(x).chunk(2, 1)
        return self.last(torch.cat([a, b, b + self.inner(b)], 1))


class Yolo(nn.Module):
    """yolov8*-cls: backbone, a convolution, averages, a linear layer, and in its export a softmax."""

    def __init__(self, classes):
        super().__init__()
        self.body = nn.Sequential(conv(3, 8, 3, 2), conv(8, 16, 3, 2), C2f(16), conv(16, 32, 3, 2), C2f(32))
        self.head = conv(32, 40, 1)
        self.linear = nn.Linear(40, classes)

    def forward(self, images):
        x = nn.functional.adaptive_avg_pool2d(self.head(self.body(images)), 1).flatten(1)
        return self.linear(nn.functional.dropout(x, 0.0, self.training)).softmax(1)


def write(name, net, side, inputs, outputs, dynamic=True):
    net = net.eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    file = os.path.join(folder, name)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    axes = {inputs: {0: "batch"}, **{output: {0: "batch"} for output in outputs}} if dynamic else None
    torch.onnx.export(net, torch.rand(1 if not dynamic else 2, 3, side, side), file, dynamo=False, opset_version=17, input_names=[inputs], output_names=outputs, dynamic_axes=axes)
    return file


def keep(name, file, side, mean, std, output):
    pixels = rng.integers(0, 256, (IMAGES, side, side, 3), dtype="uint8")
    pixels.tofile(os.path.join(folder, name.replace("/", "-") + ".pixels"))
    x = ((pixels / 255 - np.array(mean)) / np.array(std)).transpose(0, 3, 1, 2).astype("float32")
    model = onnx.load(file)
    if output not in [one.name for one in model.graph.output]:
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(output))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    fixed = isinstance(session.get_inputs()[0].shape[0], int)
    runs = [session.run([output], {session.get_inputs()[0].name: part})[0] for part in (np.split(x, IMAGES) if fixed else [x])]
    expected[name] = {"side": side, "shape": list(np.concatenate(runs).shape), "values": np.concatenate(runs).reshape(IMAGES, -1).tolist()}


def preprocessor(place, mean, std, side, **more):
    config = {"do_resize": True, "size": {"shortest_edge": side + 4}, "do_center_crop": True, "crop_size": {"height": side, "width": side}, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": mean, "image_std": std, **more}
    with open(os.path.join(folder, place, "preprocessor_config.json"), "w") as out:
        json.dump(config, out)


dino = Dino(28)
file = write("dino/onnx/model.onnx", dino, 28, "pixel_values", ["last_hidden_state", "pooler_output"])
preprocessor("dino", *IMAGENET, 28)
keep("dino", file, 28, *IMAGENET, "pooler_output")
file = write("hidden/model.onnx", Hidden(dino), 28, "pixel_values", ["last_hidden_state"])
keep("hidden", file, 28, *IMAGENET, "last_hidden_state")
file = write("registers/model.onnx", Hidden(Dino(42, registers=4)), 42, "pixel_values", ["last_hidden_state"])
odd = ([0.5, 0.4, 0.3], [0.25, 0.5, 0.125])
preprocessor("registers", *odd, 42)
keep("registers", file, 42, *odd, "last_hidden_state")
file = write("clip/vision_model.onnx", Clip(32), 32, "pixel_values", ["image_embeds", "last_hidden_state"])
keep("clip", file, 32, *CLIP, "image_embeds")
file = write("yolo/yolov8n-cls.onnx", Yolo(5), 32, "images", ["output0"], dynamic=False)
model = onnx.load(file)
metadata = {"description": "Ultralytics YOLOv8n-cls model trained on imagenet10", "author": "Ultralytics", "license": "AGPL-3.0", "task": "classify", "stride": "1", "batch": "1", "imgsz": "[32, 32]", "names": "{0: 'tench', 1: 'English springer', 2: \"Granny's\", 3: 'church', 4: 'golf ball'}"}
onnx.helper.set_model_props(model, metadata)
onnx.save(model, file)
flat = [node for node in model.graph.node if node.op_type == "Gemm"][-1].input[0]
keep("yolo", file, 32, [0, 0, 0], [1, 1, 1], flat)
expected["yolo"]["output"] = flat
with open(os.path.join(folder, "expected.json"), "w") as out:
    json.dump(expected, out)
