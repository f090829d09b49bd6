"""keras_applications.py <folder> <file>=<network> …: for each of Keras' applications random weights in a file of that name, a random batch of pixels and what the network makes of it.

<network> is a name of keras.applications, `@width` or `@minimal` behind it where it takes one. The file's name says how it is saved: `.weights.h5`, `.keras`, `.h5`
(a whole model), `.old.h5` (weights as Keras 2 wrote them), `.keras2.h5` (ResNet-50 as it was named, and normalised, in 2018), `.nested.*` (inside a Sequential), `.nameless.*` (as Keras wrote it before 3.3), `.keras213.*` (as 2.13 did), `.latest.h5` (HDF5's newest format).
"""
import io
import json
import os
import re
import sys
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"
import h5py
import keras
import numpy as np

folder, *wanted = sys.argv[1:]
rng = np.random.default_rng(0)
PREPROCESS = {
    "MobileNet": keras.applications.mobilenet,
    "MobileNetV2": keras.applications.mobilenet_v2,
    "VGG16": keras.applications.vgg16,
    "VGG19": keras.applications.vgg19,
    "ResNet50": keras.applications.resnet,
    "ResNet101": keras.applications.resnet,
    "ResNet50V2": keras.applications.resnet_v2,
    "ResNet101V2": keras.applications.resnet_v2,
    "InceptionV3": keras.applications.inception_v3,
    "DenseNet121": keras.applications.densenet,
}
# An odd side shows which side `same` pads.
SIDES = {"InceptionV3": 107, "MobileNet": 67}


def randomise(model):
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            randomise(layer)
        elif isinstance(layer, keras.layers.BatchNormalization):
            size = layer.beta.shape[0]
            gamma = [rng.uniform(0.5, 1.5, size)] if layer.scale else []
            layer.set_weights(gamma + [rng.normal(0, 0.1, size), rng.normal(0, 0.1, size), rng.uniform(0.5, 1.5, size)])
        elif type(layer).__name__ == "LayerScale":
            layer.set_weights([rng.uniform(0.5, 1.5, layer.gamma.shape)])
        elif isinstance(layer, keras.layers.LayerNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, layer.gamma.shape), rng.normal(0, 0.1, layer.beta.shape)])


def old_resnet(name):
    """conv4_block2_3_bn/gamma:0 → bn4b_branch2c/gamma:0"""
    name = name.replace("conv1_conv/", "conv1/").replace("conv1_bn/", "bn_conv1/")
    stage, block, part, kind, rest = (re.match(r"conv(\d)_block(\d)_(\d)_(conv|bn)(/.+)", name) or re.match("()()()()(.*)", name)).groups()
    if not stage:
        return name
    branch = "1" if part == "0" else "2" + "abc"[int(part) - 1]
    return f"{'res' if kind == 'conv' else 'bn'}{stage}{'abcdef'[int(block) - 1]}_branch{branch}{rest}"


def save_old(model, file):
    """Keras 2: names end in `:0`, and depthwise kernels have a name of their own."""
    with h5py.File(file, "w") as out:
        out.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = out.create_group(layer.name)
            names = []
            for weight in layer.weights:
                role = weight.name
                if isinstance(layer, keras.layers.DepthwiseConv2D) and role == "kernel":
                    role = "depthwise_kernel"
                name = f"{layer.name}/{role}:0"
                if "keras2" in file:
                    name = old_resnet(name)
                if name.startswith("expanded_conv"):
                    name = old_mobilenet_v3(name)
                names.append(name.encode())
                group.create_dataset(name, data=weight.numpy())
            group.attrs["weight_names"] = names or np.zeros(0, "S1")


def old_mobilenet_v3(name):
    layer, role = name.rsplit("/", 1)
    block, rest = re.match(r"(expanded_conv(?:_\d+)?)_(.+)", layer).groups()
    rest = rest.replace("squeeze_excite_conv_1", "squeeze_excite/Conv_1").replace("squeeze_excite_conv", "squeeze_excite/Conv")
    return f"{block}/{rest.replace('_bn', '/BatchNorm')}/{role}"


def strip_names(file):
    """Before Keras 3.3, files had the same groups and no names of layers (saving_lib.py of 3.0: H5Entry)."""
    if file.endswith(".h5"):
        with h5py.File(file, "r+") as weights:
            forget_names(weights)
        return
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO(entries["model.weights.h5"])
    with h5py.File(buffer, "r+") as weights:
        forget_names(weights)
    entries["model.weights.h5"] = buffer.getvalue()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def forget_names(weights):
    # Anything but None ends the visit.
    weights.visititems(lambda _name, item: item.attrs.clear())


def count_twice(file):
    """Keras 2.13 found layers in a dictionary that has each of those with weights twice, and counted both."""

    def rename(network):
        if "layers" not in network:
            return
        network.move("layers", "_layer_checkpoint_dependencies")
        layers = network["_layer_checkpoint_dependencies"]
        for name in sorted(layers, key=lambda name: int((re.search(r"_(\d+)$", name) or "00")[0].strip("_")), reverse=True):
            rename(layers[name])
            kind, number = re.fullmatch(r"(.+?)(?:_(\d+))?", name).groups()
            if number and len(layers[name].get("vars", [])):
                layers.move(name, f"{kind}_{2 * int(number)}")

    with h5py.File(file, "r+") as weights:
        rename(weights)


def rewrite_latest(file):
    """The same file in HDF5's newest format, large arrays in packed chunks."""
    with h5py.File(file) as old, h5py.File(file + ".new", "w", libver="latest") as new:

        def copy(source, target):
            for key, value in source.attrs.items():
                target.attrs[key] = value
            for key, item in source.items():
                if isinstance(item, h5py.Group):
                    copy(item, target.create_group(key))
                elif item.ndim == 4:
                    target.create_dataset(key, data=item[()], chunks=tuple(max(1, (n + 1) // 2) for n in item.shape), compression="gzip", shuffle=True)
                else:
                    target.create_dataset(key, data=item[()])

        copy(old, new)
    os.replace(file + ".new", file)


for one in wanted:
    file, network = one.split("=")
    name, _, width = network.partition("@")
    options = {"minimalistic": True} if width == "minimal" else {"alpha": float(width)} if width else {}
    if name in ("VGG16", "VGG19"):
        options["include_top"] = False
    side = SIDES.get(name, 64)
    base = getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3), **options) if "include_top" in options or "nested" not in file else getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(side, side, 3), **options)
    randomise(base)
    if name == "EfficientNetB1":
        base.get_layer(index=2).set_weights([np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]) ** 2, np.array(1)])
        base.get_layer(index=2).finalize_state()
    if "keras2" in file:
        for layer in base.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.epsilon = 1e-3
    body = base
    last = [layer for layer in base.layers if len(layer.output.shape) == 4 and not type(layer).__name__ in ("GlobalAveragePooling2D",)]
    if not options.get("include_top", True) or "nested" in file:
        output = base.output
    else:
        # What stands before the averages.
        averages = next(layer for layer in reversed(base.layers) if type(layer).__name__ == "GlobalAveragePooling2D")
        output = averages.input
    if name == "ConvNeXtTiny":
        output = base.get_layer("convnext_tiny_head_layernorm").output
    body = keras.Model(base.inputs, output)
    pixels = rng.integers(0, 256, (2, side, side, 3), dtype="uint8")
    module = PREPROCESS.get(name)
    x = module.preprocess_input(pixels.astype("float32")) if module else pixels.astype("float32")
    features = body.predict(x, verbose=0)
    saved = base
    if "nested" in file:
        saved = keras.Sequential([base, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3)])
    target = os.path.join(folder, file)
    if file.endswith(".weights.h5"):
        saved.save_weights(target)
    elif file.endswith((".old.h5", ".keras2.h5")):
        save_old(saved, target)
    else:
        saved.save(target)
    if "nameless" in file or "keras213" in file:
        strip_names(target)
    if "keras213" in file:
        count_twice(target)
    if "latest" in file:
        rewrite_latest(target)
    features.astype("float32").tofile(target + ".features")
    pixels.tofile(target + ".pixels")
    with open(target + ".json", "w") as out:
        json.dump({"side": side, "shape": list(features.shape)}, out)
    keras.backend.clear_session()
