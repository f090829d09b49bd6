"""Augments as torchvision.transforms.v2 or Keras layers do (the argument says which), one thread. A line of stdin is either {"side",
"preset", "batch"}, answered by the version when all is ready, or {"seconds"}: how long to augment, answered by {"batches", "seconds"},
seconds of CPU time."""

import json, os, sys, time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np



def torchvision_peer(images, side, preset):
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


def keras_peer(images, side, preset):
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


peer = torchvision_peer if sys.argv[1] == "torchvision" else keras_peer
for line in sys.stdin:
    question = json.loads(line)
    if "seconds" in question:
        start, batches = time.process_time(), 0
        while time.process_time() - start < question["seconds"]:
            step()
            batches += 1
        answer = {"batches": batches, "seconds": time.process_time() - start}
    else:
        side, preset = question["side"], question["preset"]
        images = np.random.default_rng(1).integers(0, 256, (question["batch"], side, side, 3), dtype=np.uint8)
        step, answer = peer(images, side, preset)
        step()
    print(json.dumps(answer), flush=True)
