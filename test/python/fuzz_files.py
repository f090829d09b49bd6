"""fuzz_files.py <folder>: small files of weights as PyTorch and Keras write them."""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import h5py
import keras
import numpy as np
import torch

folder = sys.argv[1]
tensors = {f"layer{i}.weight": torch.rand(4, 3, 2).transpose(0, 1) for i in range(12)}
state = {"state_dict": {**tensors, "half": torch.rand(3).half()}, "epoch": 3}
torch.save(state, os.path.join(folder, "new.pth"))
torch.save(state, os.path.join(folder, "old.pth"), _use_new_zipfile_serialization=False)
net = keras.Sequential([keras.Input((12, 12, 3)), keras.layers.Conv2D(4, 3), keras.layers.BatchNormalization(), keras.layers.DepthwiseConv2D(3), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3)])
net.save_weights(os.path.join(folder, "new.weights.h5"))
net.save(os.path.join(folder, "model.keras"))
net.save(os.path.join(folder, "model.h5"))
with h5py.File(os.path.join(folder, "new.weights.h5")) as old, h5py.File(os.path.join(folder, "latest.h5"), "w", libver="latest") as new:

    def copy(source, target):
        for key, value in source.attrs.items():
            target.attrs[key] = value
        for key, item in source.items():
            if isinstance(item, h5py.Group):
                copy(item, target.create_group(key))
            elif item.ndim > 1:
                target.create_dataset(key, data=item[()], chunks=tuple(max(1, n // 2) for n in item.shape), compression="gzip", shuffle=True)
            else:
                target[key] = item[()]

    copy(old, new)
    # More than fit into a header: they lie in a heap.
    many = new.create_group("layers/many/vars")
    for i in range(40):
        many[str(i)] = np.arange(i, dtype="float32")
