"""other_channels.py <folder> <channels> <network> …: weights of torchvision's networks, as they see colours; a random batch of so many channels, and what the network makes of it once timm has adapted its first convolution."""
import json
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(__file__))
import torchvision_cpu  # noqa: F401
import torchvision
from timm.models import adapt_input_conv

SIDE = 65

folder, channels, *names = sys.argv[1:]
channels = int(channels)
torch.manual_seed(0)
for name in names:
    net = getattr(torchvision.models, name)(weights=None).eval()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    torch.save(net.state_dict(), os.path.join(folder, name + ".pth"))
    first = next(module for module in net.modules() if isinstance(module, torch.nn.Conv2d))
    first.weight = torch.nn.Parameter(adapt_input_conv(channels, first.weight.data))
    first.in_channels = channels
    found = []
    last = net.layer4 if hasattr(net, "layer4") else net.features
    last.register_forward_hook(lambda _module, _inputs, output: found.append(output.permute(0, 2, 3, 1)))
    x = torch.rand(2, channels, SIDE, SIDE)
    with torch.no_grad():
        net(x)
    answer = {"side": SIDE, "x": x.permute(0, 2, 3, 1).flatten().tolist(), "shape": list(found[0].shape), "features": found[0].flatten().tolist()}
    with open(os.path.join(folder, name + ".json"), "w") as out:
        json.dump(answer, out)
