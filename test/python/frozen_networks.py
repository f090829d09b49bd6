"""frozen_networks.py <folder>: a network in ONNX (from PyTorch, in the old and the new way, and in TensorFlow's layout) and as a SavedModel, with a random batch of pixels and what the network makes of it."""
import json
import os
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
warnings.filterwarnings("ignore")
import numpy as np
import torch

sys.path.insert(0, os.path.dirname(__file__))
import torchvision_cpu  # noqa: F401
import torchvision

folder = sys.argv[1]
rng = np.random.default_rng(1)
SIDE = 40
pixels = rng.integers(0, 256, (3, SIDE, SIDE, 3), dtype="uint8")
pixels.tofile(os.path.join(folder, "pixels"))
expected = {}


def keep(name, values):
    expected[name] = np.asarray(values, dtype="float32").reshape(len(pixels), -1).tolist()


torch.manual_seed(0)
net = torchvision.models.resnet18(weights=None).eval()
for module in net.modules():
    if isinstance(module, torch.nn.BatchNorm2d):
        module.running_mean.normal_(0, 0.1)
        module.running_var.uniform_(0.5, 1.5)
mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
x = torch.tensor(((pixels / 255 - mean) / std).transpose(0, 3, 1, 2), dtype=torch.float32)
with torch.no_grad():
    found = []
    net.avgpool.register_forward_hook(lambda _module, inputs, output: found.append((inputs[0], output)))
    logits = net(x)
keep("resnet18.onnx", found[0][1])
keep("resnet18.onnx:logits", logits)
example = torch.rand(2, 3, SIDE, SIDE)
torch.onnx.export(net, example, os.path.join(folder, "resnet18.onnx"), dynamo=False, input_names=["x"], output_names=["logits"], dynamic_axes={"x": {0: "n"}})
import onnx

model = onnx.load(os.path.join(folder, "resnet18.onnx"))
onnx.save(model, os.path.join(folder, "beside.onnx"), save_as_external_data=True, location="beside.onnx.data", size_threshold=0)
keep("beside.onnx", found[0][1])


class Maps(torch.nn.Module):
    """A body without averages, for pictures in TensorFlow's layout, one at a time, called as embeddings are."""

    def __init__(self):
        super().__init__()
        self.body = torch.nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool, net.layer1)

    def forward(self, image):
        return self.body(image.permute(0, 3, 1, 2))


maps = Maps().eval()
with torch.no_grad():
    keep("maps.onnx", maps(torch.tensor(pixels / 127.5 - 1, dtype=torch.float32)).mean((2, 3)))
torch.onnx.export(maps, torch.rand(1, SIDE, SIDE, 3), os.path.join(folder, "maps.onnx"), dynamo=False, input_names=["image"], output_names=["embedding"])

import keras

keras.utils.set_random_seed(3)
body = keras.Sequential(
    [
        keras.Input((SIDE, SIDE, 3)),
        keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
        keras.layers.Conv2D(12, 3, padding="same", activation="relu"),
    ]
)
keep("saved", body.predict(pixels / 255, verbose=0).mean((1, 2)))
body.export(os.path.join(folder, "saved"), verbose=False)
network = keras.applications.MobileNetV2(weights=None, alpha=0.35, include_top=False, input_shape=(64, 64, 3))
network.save_weights(os.path.join(folder, "mobilenet.weights.h5"))
with open(os.path.join(folder, "expected.json"), "w") as out:
    json.dump(expected, out)
