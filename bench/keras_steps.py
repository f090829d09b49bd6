"""Trains, or predicts with, the network whose TensorFlow.js topology comes on the first line of stdin, in Keras. Each further line is
a number of steps to time; the answer is a line of JSON: {"ms": [...], "rss": MiB}."""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from keras import layers


def build(topology):
    config = topology["config"]
    made = {}
    for layer in config["layers"]:
        kind, given = layer["class_name"], layer["config"]
        name = given["name"].replace(".", "_")
        if kind == "InputLayer":
            made[layer["name"]] = keras.Input(given["batch_input_shape"][1:], name=name)
            continue
        inputs = [made[node[0]] for node in layer["inbound_nodes"][0]]
        made[layer["name"]] = make(kind, given, name)(inputs if len(inputs) > 1 else inputs[0])
    return keras.Model(made[config["input_layers"][0][0]], made[config["output_layers"][0][0]])


def make(kind, given, name):
    if kind == "Conv2D":
        return layers.Conv2D(
            given["filters"], given["kernel_size"], given["strides"], given["padding"], use_bias=given["use_bias"], name=name
        )
    if kind == "DepthwiseConv2D":
        return layers.DepthwiseConv2D(
            given["kernel_size"], given["strides"], given["padding"], use_bias=given["use_bias"], name=name
        )
    if kind == "BatchNormalization":
        return layers.BatchNormalization(momentum=given["momentum"], epsilon=given["epsilon"], name=name)
    if kind == "ZeroPadding2D":
        return layers.ZeroPadding2D(given["padding"], name=name)
    if kind == "MaxPooling2D":
        return layers.MaxPooling2D(given["pool_size"], given["strides"], given["padding"], name=name)
    if kind == "Dense":
        return layers.Dense(given["units"], name=name)
    if kind == "Activation":
        return layers.Activation(given["activation"], name=name)
    if kind == "ReLU":
        return layers.ReLU(given.get("max_value"), name=name)
    if kind == "Dropout":
        return layers.Dropout(given["rate"], name=name)
    return {"Add": layers.Add, "GlobalAveragePooling2D": layers.GlobalAveragePooling2D, "Flatten": layers.Flatten}[kind](
        name=name
    )


optimizers = {
    "sgd": lambda: keras.optimizers.SGD(0.01, momentum=0.9),
    "adam": lambda: keras.optimizers.Adam(1e-3),
    "adamw": lambda: keras.optimizers.AdamW(1e-3),
}
job = json.loads(sys.stdin.readline())
model = build(job["topology"])
model.compile(
    optimizer=optimizers[job["optimizer"]](),
    loss="sparse_categorical_crossentropy",
    jit_compile=False,
)
shape = model.inputs[0].shape[1:]
random = np.random.default_rng(1)
x = tf.constant(random.standard_normal((job["batch"], *shape)).astype("f"))
y = tf.constant(random.integers(0, model.outputs[0].shape[-1], job["batch"]))
run = (lambda: model.predict_on_batch(x)) if job.get("mode") == "predict" else (lambda: model.train_on_batch(x, y))
for _ in range(job.get("warmUp", 3)):
    run()
print(json.dumps({"version": f"Keras {keras.__version__}, TensorFlow {tf.__version__}"}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    with open("/proc/self/status") as status:
        rss = next(int(one.split()[1]) // 1024 for one in status if one.startswith("VmRSS"))
    print(json.dumps({"ms": times, "rss": rss}), flush=True)
