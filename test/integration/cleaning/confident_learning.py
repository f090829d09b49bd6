"""Confident learning by its published formulas in NumPy, or by cleanlab itself where it is installed.

Usage: confident_learning.py (formulas | cleanlab) <folder with labels.i32 and probabilities.f32> <classes>
Writes joint, issues of each rule and the three scores as JSON.
"""

import importlib.util
import json
import os
import sys
import time

import numpy as np

RULES = {"by-noise-rate": "prune_by_noise_rate", "by-class": "prune_by_class", "both": "both"}


def rounded_rows(matrix):
    """Largest remainders: numbers are rounded so that every row keeps its sum."""
    out = np.rint(matrix)
    for row, given in zip(out, matrix):
        missing = int(np.rint(given.sum()) - row.sum())
        if missing:
            order = np.argsort((given - row) * -np.sign(missing), kind="stable")
            row[order[: abs(missing)]] += np.sign(missing)
    return out.astype(int)


def formulas(y, p):
    n, k = p.shape
    counts = np.bincount(y, minlength=k)
    one_hot = np.eye(k, dtype=bool)[y]
    with np.errstate(invalid="ignore", divide="ignore"):
        thresholds = np.where(counts > 0, (p * one_hot).sum(0) / counts, np.inf)
    reached = p >= thresholds - 1e-6
    some = reached.any(1)
    guess = np.where(reached, p, -1.0).argmax(1)
    joint = np.zeros((k, k))
    np.add.at(joint, (y[some], guess[some]), 1)
    np.fill_diagonal(joint, np.maximum(joint.diagonal(), 1))
    q = rounded_rows(joint / joint.sum(1, keepdims=True) * counts[:, None])

    by_rate = np.zeros(n, bool)
    by_class = np.zeros(n, bool)
    for i in range(k):
        own = np.flatnonzero(y == i)
        worst = own[np.argsort(p[own, i], kind="stable")]
        by_class[worst[: counts[i] - q[i, i]]] = True
        for j in set(range(k)) - {i}:
            margin = p[own, j] - p[own, i]
            by_rate[own[np.argsort(-margin, kind="stable")][: q[i, j]]] = True
    differs = p.argmax(1) != y
    masks = {"by-noise-rate": by_rate & differs, "by-class": by_class & differs, "both": by_rate & by_class & differs}

    own = p[np.arange(n), y]
    others = np.where(one_hot, -np.inf, p).max(1)
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    e = -(p * logs).sum(1) / np.log(k) / np.maximum(own, 1e-12)
    scores = {
        "self-confidence": own,
        "normalized-margin": (own - others + 1) / 2,
        "confidence-weighted-entropy": np.where(e > 1e-12, np.log1p(e) / np.maximum(e, 1e-12), 1.0),
    }
    return q, masks, scores


def cleanlab(y, p):
    from cleanlab import count, filter as rules, rank

    ranks = {
        "self-confidence": "self_confidence",
        "normalized-margin": "normalized_margin",
        "confidence-weighted-entropy": "confidence_weighted_entropy",
    }
    masks = {ours: rules.find_label_issues(y, p, filter_by=theirs) for ours, theirs in RULES.items()}
    scores = {ours: rank.get_label_quality_scores(y, p, method=theirs) for ours, theirs in ranks.items()}
    return count.compute_confident_joint(y, p), masks, scores


def main():
    what, folder, classes = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if what == "cleanlab" and importlib.util.find_spec("cleanlab") is None:
        json.dump({"missing": "cleanlab"}, sys.stdout)
        return
    y = np.fromfile(os.path.join(folder, "labels.i32"), np.int32).astype(int)
    p = np.fromfile(os.path.join(folder, "probabilities.f32"), np.float32).reshape(-1, classes).astype(float)
    started = time.perf_counter()
    joint, masks, scores = (cleanlab if what == "cleanlab" else formulas)(y, p)
    seconds = time.perf_counter() - started
    answer = {
        "seconds": seconds,
        "joint": np.asarray(joint).astype(int).tolist(),
        "issues": {name: np.flatnonzero(mask).tolist() for name, mask in masks.items()},
        "scores": {name: np.asarray(values).tolist() for name, values in scores.items()},
    }
    json.dump(answer, sys.stdout)


main()
