"""Reads cases {classes, labels, probabilities} as JSON from stdin; writes what scikit-learn, NumPy and SciPy say of each."""

import json
import sys
import warnings

import numpy as np
from scipy import optimize, stats
from sklearn import calibration, metrics

warnings.filterwarnings("ignore")


def ranking(y, p, k):
    own = y == k
    both = own.any() and not own.all()
    return {
        "auc": metrics.roc_auc_score(own, p[:, k]) if both else None,
        "averagePrecision": metrics.average_precision_score(own, p[:, k]) if own.any() else None,
        "roc": [list(map(float, part)) for part in metrics.roc_curve(own, p[:, k], drop_intermediate=False)[:2]] if both else None,
        "pr": [list(map(float, part)) for part in metrics.precision_recall_curve(own, p[:, k])[:2]] if both else None,
    }


def log_loss(y, p, least):
    return float(-np.log(np.maximum(p[np.arange(len(y)), y], least)).mean())


def ece(p, y, bins):
    confidence = p.max(axis=1)
    right = p.argmax(axis=1) == y
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return float(total)


def temperature(y, p):
    z = np.log(np.maximum(p, 1e-30))

    def nll(log_t):
        scaled = z / np.exp(log_t)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(y)), y]).mean())

    found = optimize.minimize_scalar(nll, bounds=(np.log(1 / 50), np.log(50)), method="bounded", options={"xatol": 1e-12})
    return {"temperature": float(np.exp(found.x)), "nll": float(found.fun)}


def measure(case):
    y = np.array(case["labels"])
    k = case["classes"]
    p = np.array(case["probabilities"], dtype=np.float64).reshape(-1, k)
    predicted = p.argmax(axis=1)
    every = list(range(k))
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(y, predicted, labels=every, zero_division=np.nan)
    averages = {
        name: [float(v) for v in metrics.precision_recall_fscore_support(y, predicted, average=name)[:3]]
        for name in ("macro", "micro", "weighted")
    }
    kappa = metrics.cohen_kappa_score(y, predicted)
    normal = p / p.sum(axis=1, keepdims=True)
    return {
        "accuracy": float(metrics.accuracy_score(y, predicted)),
        "balanced": float(metrics.balanced_accuracy_score(y, predicted)),
        "top2": float(metrics.top_k_accuracy_score(y, p, k=2, labels=every)) if k > 2 else None,
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "averages": averages,
        "kappa": None if np.isnan(kappa) else float(kappa),
        "mcc": float(metrics.matthews_corrcoef(y, predicted)),
        "logLoss": float(metrics.log_loss(y, normal, labels=every)),
        "clampedLogLoss": log_loss(y, p, 1e-7),
        "brier": float(metrics.brier_score_loss(y, normal, labels=every)),
        "ranking": [ranking(y, p, c) for c in every],
        "ece": ece(p, y, 15),
        "reliability": [v.tolist() for v in calibration.calibration_curve(predicted == y, np.minimum(p.max(axis=1), 1), n_bins=15)],
        "temperature": temperature(y, p),
        "confusion": metrics.confusion_matrix(y, predicted, labels=every).tolist(),
    }


request = json.load(sys.stdin)
json.dump(
    {
        "cases": [measure(case) for case in request["cases"]],
        "fisher": [float(stats.fisher_exact([[a, b], [c, d]])[1]) for a, b, c, d in request["tables"]],
    },
    sys.stdout,
)
