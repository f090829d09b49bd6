"""Reads {features, labels, size, train} as JSON from stdin; writes what scikit-learn's classic classifiers make of them."""

import json
import sys

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

asked = json.load(sys.stdin)
size, train = asked["size"], asked["train"]
x = np.array(asked["features"]).reshape(-1, size)
y = np.array(asked["labels"])
scaler = StandardScaler().fit(x[:train])
scaled = scaler.transform(x) / np.sqrt(size)
found = {"svm": {}}
for kernel in ["linear", "rbf"]:
    for cost in [0.1, 1, 10]:
        fit = SVC(kernel=kernel, C=cost, gamma=1, decision_function_shape="ovo", tol=1e-6).fit(scaled[:train], y[:train])
        found["svm"][f"{kernel}-{cost}"] = {
            "decisions": fit.decision_function(scaled[train:]).flatten().tolist(),
            "accuracy": fit.score(scaled[train:], y[train:]),
        }
logistic = LogisticRegression(C=1 / (0.01 * train), tol=1e-8, max_iter=10000).fit(scaled[:train] * np.sqrt(size), y[:train])
found["logistic"] = logistic.predict_proba(scaled[train:] * np.sqrt(size)).flatten().tolist()
votes = KNeighborsClassifier(20, metric="cosine", algorithm="brute", weights=lambda d: np.exp(-d / 0.07)).fit(x[:train], y[:train])
found["knn"] = votes.predict_proba(x[train:]).flatten().tolist()
found["forest"] = [
    RandomForestClassifier(100, random_state=seed).fit(x[:train], y[:train]).score(x[train:], y[train:]) for seed in range(5)
]
json.dump(found, sys.stdout)
