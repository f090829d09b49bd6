"""Trains small networks in PyTorch, float64. stdin: JSON with a list of cases, each with `layers` (class, name and config of a
TensorFlow.js Sequential model), `weights` by name, `options` and `steps`; stdout: what each case's steps gave, as JSON."""

import json
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
        for layer in self.layers:
            if layer["class"] == "Activation" and layer["config"]["activation"] == "softmax":
                return x
            x = self.apply(x, layer["class"], layer["name"], layer["config"])

    def apply(self, x, kind, name, config):
        weight = lambda role: self.weights.get(f"{name}/{role}")
        if kind == "Conv2D":
            kernel = weight("kernel").permute(3, 2, 0, 1)
            dilation = config["dilationRate"]
            y = x.permute(0, 3, 1, 2)
            if config["padding"] == "same":
                reach = [d * (k - 1) for d, k in zip(dilation, kernel.shape[2:])]
                y = F.pad(y, (reach[1] // 2, reach[1] - reach[1] // 2, reach[0] // 2, reach[0] - reach[0] // 2))
            y = F.conv2d(y, kernel, weight("bias"), config["strides"], dilation=dilation)
            return self.activate(y.permute(0, 2, 3, 1), config["activation"])
        if kind == "DepthwiseConv2D":
            kernel = weight("depthwise_kernel").permute(2, 3, 0, 1)
            kernel = kernel.reshape(-1, 1, *kernel.shape[2:])
            y = F.conv2d(
                x.permute(0, 3, 1, 2), kernel, weight("bias"), config["strides"], dilation=config["dilationRate"], groups=x.shape[3]
            )
            return y.permute(0, 2, 3, 1)
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
        if kind == "GlobalAveragePooling2D":
            return x.mean((1, 2))
        if kind == "Flatten":
            return x.flatten(1)
        if kind == "InputLayer":
            return x
        raise ValueError(kind)

    def activate(self, x, name):
        return {"linear": lambda x: x, "tanh": torch.tanh, "relu": F.relu, "swish": F.silu, "gelu": F.gelu}[name](x)

    def batch_norm(self, x, weight, name, config):
        mean, variance = weight("moving_mean"), weight("moving_variance")
        if self.rate(f"{name}/gamma") > 0 or self.options["frozenBatchNorm"] == "training":
            axes = tuple(range(x.dim() - 1))
            batch_mean, batch_variance = x.mean(axes), x.var(axes, unbiased=False)
            keep = config["momentum"]
            mean.copy_(keep * mean + (1 - keep) * batch_mean.detach())
            variance.copy_(keep * variance + (1 - keep) * batch_variance.detach())
            mean, variance = batch_mean, batch_variance
        return (x - mean) / torch.sqrt(variance + config["epsilon"]) * weight("gamma") + weight("beta")


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
    return {"results": results, "weights": values(network.weights), "averaged": values(averaged)}


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
