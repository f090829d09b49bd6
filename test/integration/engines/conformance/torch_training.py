"""Trains small networks in PyTorch, float64. stdin: JSON with a list of cases, each with `layers` (class, name and config of a
TensorFlow.js model, and the names of the layers it reads), `weights` by name, `options` and `steps`; stdout: what each case's steps gave, as JSON."""

import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2."""

    def __init__(self, groups, lr, betas, weight_decay):
        super().__init__(groups, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(beta1 * m + (1 - beta1) * p.grad))
                m.mul_(beta2).add_(p.grad, alpha=1 - beta2)


ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": F.relu,
    "relu6": F.relu6,
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "swish": F.silu,
    "sigmoid": torch.sigmoid,
    "hardSigmoid": lambda x: (0.2 * x + 0.5).clamp(0, 1),
    "tanh": torch.tanh,
    "softplus": F.softplus,
    "softsign": F.softsign,
}

MERGES = {
    "Add": lambda values: sum(values[1:], values[0]),
    "Multiply": lambda values: math.prod(values),
    "Average": lambda values: sum(values[1:], values[0]) / len(values),
    "Maximum": lambda values: torch.maximum(*values),
    "Minimum": lambda values: torch.minimum(*values),
    "Concatenate": lambda values: torch.cat(values, -1),
}


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def same_padding(x, window, strides, padding):
    """For `F.pad` of [batch, height, width, channel]: as TensorFlow places it, the odd one after."""
    pads = [0, 0]
    for axis in (2, 1):
        size, reach, stride = x.shape[axis], window[axis - 1], strides[axis - 1]
        total = max((math.ceil(size / stride) - 1) * stride + reach - size, 0) if padding == "same" else 0
        pads += [total // 2, total - total // 2]
    return pads


def convolve(x, kernel, config, groups=1):
    dilation = config["dilationRate"]
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel.shape[2:])]
    y = F.pad(x, same_padding(x, reach, config["strides"], config["padding"]))
    return channels_last(F.conv2d(channels_first(y), kernel, None, config["strides"], dilation=dilation, groups=groups))


def depthwise(x, kernel, config):
    kernel = kernel.permute(2, 3, 0, 1)
    return convolve(x, kernel.reshape(-1, 1, *kernel.shape[2:]), config, groups=x.shape[3])


class Network:
    def __init__(self, case):
        self.layers = case["layers"]
        self.options = case["options"]
        self.weights = {w["name"]: torch.tensor(w["data"]).reshape(w["shape"]) for w in case["weights"]}
        for name, weight in self.weights.items():
            weight.requires_grad_("moving_" not in name and self.rate(name) > 0)

    def rate(self, name):
        return self.options["layerRates"].get(name.rsplit("/", 1)[0], 1)

    def trained(self):
        return {name: w for name, w in self.weights.items() if w.requires_grad}

    def logits(self, x):
        values = {}
        for layer in self.layers:
            inputs = [values[name] for name in layer["inputs"]] or [x]
            if layer["class"] == "Activation" and layer["config"]["activation"] == "softmax":
                return inputs[0]
            merge = MERGES.get(layer["class"])
            value = merge(inputs) if merge else self.apply(inputs[0], layer["class"], layer["name"], layer["config"])
            values[layer["name"]] = value

    def apply(self, x, kind, name, config):
        weight = lambda role: self.weights.get(f"{name}/{role}")
        if kind == "Conv2D":
            y = convolve(x, weight("kernel").permute(3, 2, 0, 1), config)
            return self.finish(y, weight("bias"), config)
        if kind == "DepthwiseConv2D":
            return self.finish(depthwise(x, weight("depthwise_kernel"), config), weight("bias"), config)
        if kind == "SeparableConv2D":
            y = depthwise(x, weight("depthwise_kernel"), config)
            y = y @ weight("pointwise_kernel")[0, 0]
            return self.finish(y, weight("bias"), config)
        if kind == "BatchNormalization":
            return self.batch_norm(x, weight, name, config)
        if kind == "LayerNormalization":
            return F.layer_norm(x, x.shape[-1:], weight("gamma"), weight("beta"), config["epsilon"])
        if kind == "Dense":
            return self.activate(x @ weight("kernel") + weight("bias"), config["activation"])
        if kind == "Activation":
            return self.activate(x, config["activation"])
        if kind == "ThresholdedReLU":
            return F.threshold(x, config["theta"], 0.0)
        if kind == "UpSampling2D":
            y = F.interpolate(x.permute(0, 3, 1, 2), scale_factor=tuple(map(float, config["size"])), mode="nearest")
            return y.permute(0, 2, 3, 1)
        if kind == "MaxPooling2D":
            y = F.pad(x, same_padding(x, config["poolSize"], config["strides"], config["padding"]), value=-math.inf)
            return channels_last(F.max_pool2d(channels_first(y), config["poolSize"], config["strides"]))
        if kind == "AveragePooling2D":
            padding = same_padding(x, config["poolSize"], config["strides"], config["padding"])
            mean = lambda v: channels_last(F.avg_pool2d(channels_first(F.pad(v, padding)), config["poolSize"], config["strides"]))
            return mean(x) / mean(torch.ones_like(x))
        if kind == "ZeroPadding2D":
            (top, bottom), (left, right) = config["padding"]
            return F.pad(x, (0, 0, left, right, top, bottom))
        if kind == "Cropping2D":
            (top, bottom), (left, right) = config["cropping"]
            return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]
        if kind == "Reshape":
            return x.reshape(x.shape[0], *config["targetShape"])
        if kind == "ReLU":
            ceiling = config.get("maxValue")
            return F.relu(x) if ceiling is None else x.clamp(0, ceiling)
        if kind == "LeakyReLU":
            return F.leaky_relu(x, config["alpha"])
        if kind == "ELU":
            return F.elu(x, config["alpha"])
        if kind == "PReLU":
            return torch.where(x > 0, x, weight("alpha") * x)
        if kind == "GlobalMaxPooling2D":
            return x.amax((1, 2))
        if kind == "GlobalAveragePooling2D":
            return x.mean((1, 2))
        if kind == "Flatten":
            return x.flatten(1)
        if kind == "InputLayer":
            return x
        raise ValueError(kind)

    def activate(self, x, name):
        return ACTIVATIONS[name](x)

    def finish(self, y, bias, config):
        return self.activate(y if bias is None else y + bias, config["activation"])

    def batch_norm(self, x, weight, name, config):
        mean, variance = weight("moving_mean"), weight("moving_variance")
        moves = self.rate(f"{name}/beta") > 0 or self.options["frozenBatchNorm"] == "training"
        if moves and name not in self.options["storedStatistics"]:
            axes = tuple(range(x.dim() - 1))
            batch_mean, batch_variance = x.mean(axes), x.var(axes, unbiased=False)
            keep = config["momentum"]
            mean.copy_(keep * mean + (1 - keep) * batch_mean.detach())
            variance.copy_(keep * variance + (1 - keep) * batch_variance.detach())
            mean, variance = batch_mean, batch_variance
        y = (x - mean) / torch.sqrt(variance + config["epsilon"])
        gamma, beta = weight("gamma"), weight("beta")
        y = y if gamma is None else y * gamma
        return y if beta is None else y + beta


def image_losses(z, targets, options):
    loss = options["loss"]
    weights = options["classWeights"]
    weights = None if weights is None else torch.tensor(weights)
    share = loss["labelSmoothing"]
    if loss["name"] == "cross-entropy":
        return F.cross_entropy(z, targets, weights, reduction="none", label_smoothing=share)
    smooth = (1 - share) * targets + share / z.shape[1]
    if loss["name"] == "binary":
        return F.binary_cross_entropy_with_logits(z, smooth, weights, reduction="none").sum(1)
    log_p = F.log_softmax(z, 1)
    terms = -smooth * (1 - log_p.exp()) ** loss["focalGamma"] * log_p
    return (terms if weights is None else terms * weights).sum(1)


def make_optimizer(network, config):
    groups = [
        {"params": [w], "rate": network.rate(name), "weight_decay": config["weightDecay"] if w.dim() > 1 else 0.0}
        for name, w in network.trained().items()
    ]
    betas = (config["beta1"], config["beta2"])
    name, momentum, epsilon = config["name"], config["momentum"], config["epsilon"]
    if name == "sgd":
        return torch.optim.SGD(groups, 0.1, momentum, nesterov=config["nesterov"])
    if name == "rmsprop":
        return torch.optim.RMSprop(groups, 0.1, alpha=config["rho"], eps=epsilon, momentum=momentum)
    if name == "lion":
        return Lion(groups, 0.1, betas, 0.0)
    return (torch.optim.AdamW if name == "adamw" else torch.optim.Adam)(groups, 0.1, betas, epsilon)


def clip(parameters, options):
    gradients = [p.grad for p in parameters]
    norm = None
    limits = options["clip"]
    if limits["norm"] > 0:
        norm = torch.nn.utils.get_total_norm(gradients).item()
    if limits["value"] > 0:
        torch.nn.utils.clip_grad_value_(parameters, limits["value"])
    if limits["norm"] > 0:
        torch.nn.utils.clip_grad_norm_(parameters, limits["norm"])
    return norm


def run(case):
    options = case["options"]
    network = Network(case)
    optimizer = make_optimizer(network, options["optimizer"])
    parameters = list(network.trained().values())
    every = options["accumulate"]
    averaged = None
    gradients = None
    results = []
    for count, step in enumerate(case["steps"], 1):
        size = len(step["labels"])
        x = torch.tensor(step["images"]).reshape(size, *case["shape"])
        z = network.logits(x)
        labels = torch.tensor(step["labels"])
        targets = torch.tensor(step["targets"]).reshape(z.shape) if step["targets"] else F.one_hot(labels, z.shape[1]).double()
        weights = torch.tensor(step["weights"]) if step["weights"] else torch.ones(size)
        loss = (image_losses(z, targets, options) * weights).sum() / size
        (loss / every).backward()
        if gradients is None:
            zero = lambda w: torch.zeros_like(w) if w.grad is None else w.grad * every
            gradients = {name: zero(w) for name, w in network.weights.items()}
        correct = int((z.argmax(1) == targets.argmax(1)).sum())
        norm = None
        if count % every == 0:
            norm = clip(parameters, options)
            for group in optimizer.param_groups:
                group["lr"] = step["learningRate"] * group["rate"]
                if step["momentum"] is not None and group.get("momentum", 0) > 0:
                    group["momentum"] = step["momentum"]
                if step["momentum"] is not None and "betas" in group:
                    group["betas"] = (step["momentum"], group["betas"][1])
            optimizer.step()
            optimizer.zero_grad()
            now = {name: w.detach().clone() for name, w in network.weights.items()}
            d = options["ema"]
            averaged = now if averaged is None else {name: d * averaged[name] + (1 - d) * w for name, w in now.items()}
        results.append({"loss": loss.item(), "correct": correct, "gradientNorm": norm})
    values = lambda arrays: [w.detach().flatten().tolist() for w in arrays.values()]
    return {"results": results, "weights": values(network.weights), "averaged": values(averaged), "gradients": values(gradients)}


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
