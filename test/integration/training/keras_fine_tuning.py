"""Fine-tunes as Keras' guide does: the base frozen, then trainable, but called with training=False all along.

The network is a class of its own: functional models of Keras 3 hand their own `training` on, whatever `base(x, training=False)` says.

Reads {side, classes, weights, images, labels, phases: [{trainable, rate, steps}]} as JSON from stdin; writes the weights after each phase."""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
import keras
import numpy as np

asked = json.load(sys.stdin)
side = asked["side"]
layers = keras.layers

image = keras.Input((side, side, 3))
x = image
for k in (1, 2):
    x = layers.Conv2D(6, 3, padding="same", use_bias=False, name=f"conv{k}")(x)
    x = layers.BatchNormalization(epsilon=1e-3, momentum=0.9, name=f"bn{k}")(x)
    x = layers.ReLU()(x)
base = keras.Model(image, x)


class FineTuned(keras.Model):
    def __init__(self):
        super().__init__()
        self.base = base
        self.pool = layers.GlobalAveragePooling2D()
        self.dense = layers.Dense(12, activation="relu")
        self.logits = layers.Dense(asked["classes"], activation="softmax")

    def call(self, x):
        return self.logits(self.dense(self.pool(self.base(x, training=False))))


model = FineTuned()
model(np.zeros((1, side, side, 3), "float32"))

roles = {"conv": ["kernel"], "bn": ["gamma", "beta", "moving_mean", "moving_variance"], "dense": ["kernel", "bias"]}
roles_of = lambda name: roles["bn" if name.startswith("bn") else "conv" if name.startswith("conv") else "dense"]
named = {name: base.get_layer(name) for name in ("conv1", "bn1", "conv2", "bn2")}
named.update({"head.dense": model.dense, "logits": model.logits})
for name, layer in named.items():
    given = [asked["weights"][f"{name}/{role}"] for role in roles_of(name)]
    layer.set_weights([np.array(one["values"], "float32").reshape(one["shape"]) for one in given])

images = np.array(asked["images"], "float32").reshape(-1, side, side, 3)
labels = np.array(asked["labels"])
found = []
for phase in asked["phases"]:
    base.trainable = phase["trainable"]
    model.compile(keras.optimizers.SGD(phase["rate"]), "sparse_categorical_crossentropy")
    for _ in range(phase["steps"]):
        model.train_on_batch(images, labels)
    found.append(
        {
            f"{name}/{role}": value.flatten().tolist()
            for name, layer in named.items()
            for role, value in zip(roles_of(name), layer.get_weights())
        }
    )
json.dump(found, sys.stdout)
