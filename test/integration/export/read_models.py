"""Reads every exported model of a folder with the library it was written for; prints how far each is from Loupe's predictor."""

import json
import os
import pathlib
import sys
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.simplefilter('error', UserWarning)

import keras
import numpy as np
import onnx
import onnxruntime
import tensorflow as tf


def run_onnx(file, images):
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(file)
    metadata = session.get_modelmeta().custom_metadata_map
    assert json.loads(metadata['labels'])[0] == 'class 0', metadata
    # The batch is dynamic: one image alone gives what it gives among others.
    alone = session.run(None, {'image': images[:1]})[0]
    together = session.run(None, {'image': images})[0]
    assert np.allclose(alone, together[:1], atol=1e-5), 'a batch of one differs'
    return together


def run_keras(file, images):
    return keras.models.load_model(file).predict(images, verbose=0)


def run_saved_model(folder, images):
    predict = tf.saved_model.load(folder).signatures['serving_default']
    assert os.path.exists(f'{folder}/assets.extra/labels.json')
    return predict(image=tf.constant(images))['probabilities'].numpy()


readers = {'onnx': run_onnx, 'keras': run_keras, 'savedmodel': run_saved_model}


def train_on(file, images, labels):
    """Losses of a few steps of training that goes on from an exported model."""
    model = keras.models.load_model(file)
    model.compile(optimizer=keras.optimizers.Adam(0.003), loss='sparse_categorical_crossentropy')
    history = model.fit(images.astype('float32'), labels, epochs=12, batch_size=len(images), shuffle=False, verbose=0)
    again = file.replace('.keras', '-trained.keras')
    model.save(again)
    assert np.allclose(keras.models.load_model(again).predict(images, verbose=0), model.predict(images, verbose=0))
    return history.history['loss']


root = pathlib.Path(sys.argv[1])
gaps = {}
losses = None
for folder in sorted(root.iterdir()):
    shape = json.loads((folder / 'shape.json').read_text())
    pixels = np.fromfile(folder / 'pixels.bin', np.uint8).reshape(shape)
    normalized = np.fromfile(folder / 'normalized.bin', np.float32).reshape(shape)
    expected = np.fromfile(folder / 'probabilities.bin', np.float32).reshape(shape[0], -1)
    for name, read in readers.items():
        for place, images in (('inside', pixels), ('outside', normalized)):
            target = folder / f'{place}.{name}'
            if target.exists():
                gaps[f'{folder.name} {name} {place}'] = float(np.abs(read(str(target), images) - expected).max())
    if folder.name == 'parts of MobileNetV3':
        losses = train_on(str(folder / 'inside.keras'), pixels, np.arange(len(pixels)) % expected.shape[1])
print(json.dumps({'gaps': gaps, 'losses': losses}))
