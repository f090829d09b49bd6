"""Augments as torchvision.transforms.v2 or Keras layers do, one thread. The first line of stdin is {"peer", "side", "preset", "batch"}; each
further line a number of batches; the answer is a line with the seconds that they took. The first answer is the version."""

import json, os, sys, time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np

job = json.loads(sys.stdin.readline())
side, batch, preset = job["side"], job["batch"], job["preset"]
images = np.random.default_rng(1).integers(0, 256, (batch, side, side, 3), dtype=np.uint8)


def torchvision_peer():
    import torch

    torch.set_num_threads(1)
    try:
        import torchvision
    except RuntimeError:
        # A torchvision built for another torch can't load its compiled operators; the transforms need none of them.
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for name in ["nms", "qnms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d", "_roi_align_backward",
                     "_roi_pool_backward", "_ps_roi_align_backward", "_ps_roi_pool_backward", "_deform_conv2d_backward"]:
            library.define(f"{name}(Tensor x) -> Tensor")
        import torchvision
    from torchvision.transforms import InterpolationMode, v2

    linear = InterpolationMode.BILINEAR
    transform = {
        "light": lambda: v2.Compose([v2.RandomHorizontalFlip(), v2.RandomCrop(side, padding=side // 8, padding_mode="reflect")]),
        "fastai": lambda: v2.Compose([
            v2.RandomHorizontalFlip(),
            v2.RandomPerspective(0.2, p=0.75, interpolation=linear),
            v2.RandomApply([v2.RandomAffine(10, scale=(1, 1.1), interpolation=linear)], p=0.75),
            v2.RandomApply([v2.ColorJitter(brightness=0.2, contrast=0.2)], p=0.75),
        ]),
        "rand-augment": lambda: v2.Compose([
            v2.RandomHorizontalFlip(),
            v2.RandomCrop(side, padding=side // 8, padding_mode="reflect"),
            v2.RandAugment(interpolation=linear),
        ]),
    }[preset]()
    # One by one, as a data set does: over a batch torchvision draws once for all images.
    single = [torch.from_numpy(image).permute(2, 0, 1).contiguous() for image in images]

    def step():
        return torch.stack([transform(image) for image in single])

    return step, f"torchvision {torchvision.__version__}, torch {torch.__version__}"


def keras_peer():
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras
    from keras import layers

    augmenters = {
        "light": lambda: [layers.RandomFlip("horizontal"), layers.RandomTranslation(0.125, 0.125, fill_mode="reflect")],
        "fastai": lambda: [
            layers.RandomFlip("horizontal"),
            layers.RandomPerspective(0.75, 0.2),
            layers.RandomRotation(10 / 360, fill_mode="reflect"),
            layers.RandomZoom((-0.1, 0), fill_mode="reflect"),
            layers.RandomBrightness(0.2),
            layers.RandomContrast(0.2),
        ],
        "rand-augment": lambda: [
            layers.RandomFlip("horizontal"),
            layers.RandomTranslation(0.125, 0.125, fill_mode="reflect"),
            layers.RandAugment((0, 255), num_ops=2, factor=0.3),
        ],
    }[preset]()
    data = tf.constant(images)

    @tf.function
    def run(batch):
        batch = tf.cast(batch, tf.float32)
        for layer in augmenters:
            batch = layer(batch, training=True)
        return tf.cast(tf.clip_by_value(batch, 0, 255), tf.uint8)

    return lambda: run(data).numpy(), f"Keras {keras.__version__}, TensorFlow {tf.__version__}"


step, version = (torchvision_peer if job["peer"] == "torchvision" else keras_peer)()
for _ in range(3):
    step()
print(json.dumps(version), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        step()
    print(json.dumps(time.perf_counter() - start), flush=True)
