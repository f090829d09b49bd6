"""Reads {kind, side, channels, units, classes, weights, images, labels, rate} as JSON from stdin; writes Keras' probabilities, before and after a step of SGD."""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
import keras
import numpy as np

asked = json.load(sys.stdin)
side, channels, units = asked["side"], asked["channels"], asked["units"]
image = keras.Input((side, side, channels))
x = keras.layers.Reshape((side, side * channels))(image)
for last in [False, True]:
    if asked["kind"] == "row-lstm":
        x = keras.layers.LSTM(units, return_sequences=not last)(x)
    else:
        x = keras.layers.GRU(units, return_sequences=not last, reset_after=False)(x)
out = keras.layers.Dense(asked["classes"], activation="softmax")(x)
model = keras.Model(image, out)
model.set_weights([np.array(w["values"], "float32").reshape(w["shape"]) for w in asked["weights"]])
images = np.array(asked["images"], "float32").reshape(-1, side, side, channels)
before = model.predict(images, verbose=0)
model.compile(keras.optimizers.SGD(asked["rate"]), "sparse_categorical_crossentropy")
loss = model.train_on_batch(images, np.array(asked["labels"]))
after = model.predict(images, verbose=0)
json.dump({"before": before.flatten().tolist(), "after": after.flatten().tolist(), "loss": float(loss)}, sys.stdout)
