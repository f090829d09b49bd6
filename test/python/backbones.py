"""backbones.py <folder> <network> …: for each network of torchvision (`@width` behind it for another one, or `timm:<name>`, `places365:<name>`, saved as that project saved its own, `safetensors:<name>`, `hub:<name>` for timm's as its hub has it, in a folder without `tf_` in its name) random weights, a random batch and what the network makes of it."""
import json
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(__file__))
import torchvision_cpu  # noqa: F401
import torchvision

# Below 75 pixels nothing is left of a picture in Inception.
SIDES = {"inception_v3": 107, "squeezenet1_1": 65}


def build(name):
    if name.startswith(("timm:", "hub:")):
        import timm

        return timm.create_model(name.split(":")[1], pretrained=False)
    if name.startswith("safetensors:"):
        return build(name[12:])
    if name.startswith("places365:"):
        return getattr(torchvision.models, name[10:])(weights=None, num_classes=365)
    name, _, width = name.partition("@")
    if width:
        return getattr(torchvision.models, name)(weights=None, width_mult=float(width))
    options = {"init_weights": True} if name == "inception_v3" else {}
    return getattr(torchvision.models, name)(weights=None, **options)


def features(net, name, x):
    if name.startswith(("timm:", "hub:")):
        return net.forward_features(x)
    if name == "inception_v3":
        net.transform_input = False
        return hooked(net, net.Mixed_7c, x)
    if "resnet" in name:
        return hooked(net, net.layer4, x)
    found = net.features(x)
    return torch.relu(found) if name.startswith("densenet") else found


def hooked(net, part, x):
    found = []
    part.register_forward_hook(lambda _module, _inputs, output: found.append(output))
    net(x)
    return found[0]


folder, *names = sys.argv[1:]
torch.manual_seed(0)
for name in names:
    net = build(name).eval()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
        if isinstance(module, torch.nn.LayerNorm):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    for key, value in net.named_parameters():
        if key.endswith(("layer_scale", ".gamma")):
            value.data.uniform_(0.5, 1.5)
    side = SIDES.get(name, 64)
    x = torch.rand(2, 3, side, side)
    with torch.no_grad():
        found = features(net, name, x).permute(0, 2, 3, 1)
    # The classifiers of VGG are 90 % of the file, and are not used.
    state = {key: value for key, value in net.state_dict().items() if not (name.startswith("vgg") and "classifier" in key)}
    file = os.path.join(folder, *name.split(":"))
    if name.startswith("hub:"):
        file = os.path.join(folder, "hub", name[4:].removeprefix("tf_"), "model")
    os.makedirs(os.path.dirname(file), exist_ok=True)
    if name.startswith("places365:"):
        wrapped = {"epoch": 90, "arch": name[10:], "state_dict": {"module." + key: value for key, value in state.items()}, "best_prec1": 54.0}
        torch.save(wrapped, file + ".pth", _use_new_zipfile_serialization=False)
    elif name.startswith(("safetensors:", "hub:")):
        from safetensors.torch import save_file

        save_file(state, file + ".safetensors", metadata={"format": "pt"})
        if name.startswith("hub:"):
            from pathlib import Path

            from timm.models._hub import save_config_for_hf

            save_config_for_hf(net, Path(file).parent / "config.json")
    else:
        torch.save(state, file + ".pth")
    answer = {"side": side, "x": x.permute(0, 2, 3, 1).flatten().tolist(), "shape": list(found.shape), "features": found.flatten().tolist()}
    with open(file + ".json", "w") as out:
        json.dump(answer, out)
