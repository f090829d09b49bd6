"""Peers of bench/evaluate.ts: `metrics` reads labels and probabilities and times scikit-learn; `torch` times an evaluation of the same network."""

import json
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")


def metrics_of(folder, images, classes):
    from sklearn import metrics

    y = np.fromfile(f"{folder}/labels.i32", dtype=np.int32)
    p = np.fromfile(f"{folder}/probabilities.f32", dtype=np.float32).reshape(images, classes)
    every = list(range(classes))
    started = time.perf_counter()
    predicted = p.argmax(axis=1)
    figures = {
        "accuracy": metrics.accuracy_score(y, predicted),
        "balancedAccuracy": metrics.balanced_accuracy_score(y, predicted),
        "topK": metrics.top_k_accuracy_score(y, p, k=5, labels=every),
        "f1Macro": metrics.f1_score(y, predicted, average="macro"),
        "f1Weighted": metrics.f1_score(y, predicted, average="weighted"),
        "kappa": metrics.cohen_kappa_score(y, predicted),
        "mcc": metrics.matthews_corrcoef(y, predicted),
    }
    metrics.precision_recall_fscore_support(y, predicted, labels=every)
    metrics.confusion_matrix(y, predicted)
    figures["logLoss"] = metrics.log_loss(y, p.astype(np.float64), labels=every)
    figures["brier"] = metrics.brier_score_loss(y, p.astype(np.float64), labels=every)
    aucs, precisions = [], []
    for k in every:
        own = y == k
        falses, trues, _ = metrics.roc_curve(own, p[:, k])
        aucs.append(metrics.auc(falses, trues))
        metrics.precision_recall_curve(own, p[:, k])
        precisions.append(metrics.average_precision_score(own, p[:, k]))
    figures["rocAucMacro"] = float(np.mean(aucs))
    figures["averagePrecisionMacro"] = float(np.mean(precisions))
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "figures": {name: float(value) for name, value in figures.items()}}


def torch_eval(images, side, classes, batch, threads):
    import torch

    try:
        from torchvision.models import resnet18
    except RuntimeError:
        # A torchvision built for another torch can't load its compiled operators; this network needs none of them.
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for name in ["nms", "qnms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d", "_roi_align_backward",
                     "_roi_pool_backward", "_ps_roi_align_backward", "_ps_roi_pool_backward", "_deform_conv2d_backward"]:
            library.define(f"{name}(Tensor x) -> Tensor")
        from torchvision.models import resnet18

    torch.set_num_threads(threads)
    # At 64 pixels Loupe's ResNet-18 has torchvision's stem.
    net = resnet18(num_classes=classes)
    net = net.eval().to(memory_format=torch.channels_last)
    pixels = torch.randint(0, 256, (batch, side, side, 3), dtype=torch.uint8)
    rates = []
    with torch.inference_mode():
        for _ in range(4):
            started = time.perf_counter()
            for _ in range(images // batch):
                x = pixels.permute(0, 3, 1, 2).to(memory_format=torch.channels_last).float().div_(255)
                net(x).softmax(1)
            rates.append(images / (time.perf_counter() - started))
    return {"imagesPerSecond": max(rates[1:]), "version": torch.__version__}


command, *rest = sys.argv[1:]
if command == "metrics":
    answer = metrics_of(rest[0], int(rest[1]), int(rest[2]))
else:
    answer = torch_eval(*(int(value) for value in rest))
json.dump(answer, sys.stdout)
