"""fastai's suggestions, written from its definitions with numpy: reads curves from stdin, answers with a rate a method.

A curve is {"rates": [...], "losses": [raw losses, null: not a number], "steps": n}; the sweep stops where fastai's does.
"""

import json
import sys

import numpy as np


def smooth(losses, beta=0.98):
    mean, smoothed = 0.0, []
    for count, loss in enumerate(losses, 1):
        mean = loss + beta * (mean - loss)  # torch.lerp(loss, mean, beta)
        smoothed.append(mean / (1 - beta**count))
    return smoothed


def until_diverged(smoothed):
    best = float("inf")
    for at, loss in enumerate(smoothed):
        if loss < best:
            best = loss
        if loss > 4 * best:
            return at + 1
    return len(smoothed)


def valley(rates, losses):
    length = np.ones(len(losses), int)
    start = end = 0
    for i in range(1, len(losses)):
        for j in range(i):
            if losses[i] < losses[j] and length[i] < length[j] + 1:
                length[i] = length[j] + 1
            if length[end] < length[i]:
                end = i
                start = end - length[end]
    sections = (end - start) / 3
    # A descent of two points at the very start gives -1, which fastai reads as the last rate; it means the first.
    return rates[max(0, start + int(sections) + int(sections / 2))]


def steep(rates, losses):
    slopes = np.diff(losses) / np.diff(np.log(rates))
    return rates[slopes.argmin()]


def slide(rates, losses, width=15, threshold=0.005):
    gradient = np.gradient(losses)
    right, left = -1, -1 - width
    found = rates[left]
    while left >= -len(losses) and abs(gradient[right] - gradient[left]) > threshold:
        found = rates[left]
        right -= 1
        left -= 1
    return found


def minimum(rates, losses):
    return rates[losses.argmin()] / 10


def suggest(curve):
    raw = [float("nan") if loss is None else loss for loss in curve["losses"]]
    smoothed = smooth(raw)
    end = until_diverged(smoothed)
    first = curve["steps"] // 10
    rates = np.array(curve["rates"][:end][first:-5])
    losses = np.array(smoothed[:end][first:-5])
    bad = np.flatnonzero(np.isnan(losses))
    if len(bad):
        rates, losses = rates[: bad[0]], losses[: bad[0]]
    answer = {"points": len(losses)}
    if len(losses) > 1:
        answer.update(valley=valley(rates, losses), steep=steep(rates, losses), minimum=minimum(rates, losses))
    if len(losses) > 15:
        answer["slide"] = slide(rates, losses)
    return answer


json.dump([suggest(curve) for curve in json.load(sys.stdin)], sys.stdout)
