import { channelsOf, type Preprocess } from '../../images/preprocess.ts';
import type { ModelFormat } from '../formats.ts';
import { isPlain, type Preprocessing, rangeText } from '../source.ts';

export interface ExportedModel {
  format: ModelFormat;
  preprocessing: Preprocessing;
  /** That its probabilities are tempered with; null: none. */
  temperature: number | null;
  /** Name of the file or folder. */
  name: string;
}

/** How to load an exported model, as Markdown with a program that runs. */
export function howToLoad({ format, preprocessing, temperature, name }: ExportedModel, preprocess: Preprocess): string {
  const inside = preprocessing === 'inside';
  const program = programs[format](name, inside, preprocess);
  return [
    `\`\`\`${format.startsWith('tfjs') ? 'js' : 'python'}`,
    program,
    '```',
    '',
    inside
      ? `The input is pixels, 0–255, [batch, ${shapeText(preprocess)}]; the model normalises them itself.`
      : `The input is [batch, ${shapeText(preprocess)}], normalised: ${rangeText(preprocess.normalization)}.`,
    'The output is one probability a class, in the order of `labels.json`.',
    ...(temperature === null
      ? []
      : [
          `Its probabilities are calibrated: the model divides its logits by a temperature of ${temperature.toPrecision(4)}.`,
        ]),
  ].join('\n');
}

/** How the files in a run's own `model/` folder are used. */
export function howToLoadRun(preprocess: Preprocess): string {
  return [
    '```sh',
    'loupe predict <this run> image.jpg folder/    # with the same decoding and preprocessing',
    'loupe export <this run> --format onnx         # or keras, savedmodel, tfjs-graph, tfjs',
    '```',
    '',
    howToLoad({ format: 'tfjs', preprocessing: 'outside', temperature: null, name: '.' }, preprocess),
  ].join('\n');
}

const programs: Record<ModelFormat, (name: string, inside: boolean, preprocess: Preprocess) => string> = {
  onnx: (name, inside, preprocess) => `import json, numpy as np, onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession(${JSON.stringify(name)})
labels = json.loads(session.get_modelmeta().custom_metadata_map["labels"])
${pixelsInPython(preprocess)}
probabilities = session.run(None, {"image": ${inside ? 'pixels' : normalizedInPython(preprocess)}})[0]
print(labels[probabilities[0].argmax()])`,
  keras: (name, inside, preprocess) => `import json, zipfile, keras, numpy as np
from PIL import Image

model = keras.models.load_model(${JSON.stringify(name)})   # model.compile(…) and model.fit(…) go on training it
labels = json.loads(zipfile.ZipFile(${JSON.stringify(name)}).read("labels.json"))
${pixelsInPython(preprocess)}
probabilities = model.predict(${inside ? 'pixels' : normalizedInPython(preprocess)})
print(labels[probabilities[0].argmax()])`,
  savedmodel: (name, inside, preprocess) => `import json, numpy as np, tensorflow as tf
from PIL import Image

predict = tf.saved_model.load(${JSON.stringify(name)}).signatures["serving_default"]
labels = json.load(open(${JSON.stringify(`${name}/assets.extra/labels.json`)}))
${pixelsInPython(preprocess)}
probabilities = predict(image=tf.constant(${inside ? 'pixels' : normalizedInPython(preprocess)}))["probabilities"].numpy()
print(labels[probabilities[0].argmax()])`,
  'tfjs-graph': (name, inside, preprocess) => `import * as tf from '@tensorflow/tfjs';

const model = await tf.loadGraphModel(${JSON.stringify(`${name}/model.json`)});
const labels = await (await fetch(${JSON.stringify(`${name}/labels.json`)})).json();
${pixelsInJavaScript(preprocess)}
const probabilities = model.predict(${inside ? 'pixels' : normalizedInJavaScript(preprocess)});
console.log(labels[probabilities.argMax(1).dataSync()[0]]);`,
  tfjs: (name, _, preprocess) => `import * as tf from '@tensorflow/tfjs';

const model = await tf.loadLayersModel(${JSON.stringify(`${name}/model.json`)});
const labels = await (await fetch(${JSON.stringify(`${name}/labels.json`)})).json();
${pixelsInJavaScript(preprocess)}
const probabilities = model.predict(${normalizedInJavaScript(preprocess)});
console.log(labels[probabilities.argMax(1).dataSync()[0]]);`,
};

function pixelsInPython({ width, height, color, bandMaximum }: Preprocess): string {
  if (color === 'bands') {
    const most = bandMaximum || 'np.iinfo(image.dtype).max';
    return `import tifffile                     # pip install tifffile; image.tif has ${width} × ${height} pixels here
image = tifffile.imread("image.tif")  # [height, width, band]
pixels = np.clip(image / ${most} * 255, 0, 255).round().astype(np.uint8)[None]`;
  }
  const mode = color === 'grey' ? 'L' : color === 'rgba' ? 'RGBA' : 'RGB';
  const axis = color === 'grey' ? '[None, :, :, None]' : '[None]';
  return `image = Image.open("image.jpg").convert("${mode}").resize((${width}, ${height}), Image.BILINEAR)   # see preprocess.json
pixels = np.asarray(image, np.uint8)${axis}`;
}

function normalizedInPython({ normalization }: Preprocess): string {
  const { mean, std } = normalization;
  if (isPlain(normalization)) return '(pixels / 255).astype(np.float32)';
  return `((pixels / 255 - np.array(${list(mean)})) / np.array(${list(std)})).astype(np.float32)`;
}

function pixelsInJavaScript({ width, height, color, bands }: Preprocess): string {
  if (color === 'bands') {
    const shape = `[1, ${height}, ${width}, ${channelsOf({ color, ...(bands && { bands }) })}]`;
    return `const pixels = tf.tensor(values, ${shape}, 'int32');   // values: 0–255 of all bands, see preprocess.json`;
  }
  const channels = color === 'grey' ? ', 1' : color === 'rgba' ? ', 4' : '';
  return `const image = tf.browser.fromPixels(document.querySelector('img')${channels});
const pixels = tf.image.resizeBilinear(image, [${height}, ${width}]).round().toInt().expandDims();`;
}

function normalizedInJavaScript({ normalization }: Preprocess): string {
  const { mean, std } = normalization;
  if (isPlain(normalization)) return 'pixels.div(255)';
  return `pixels.div(255).sub(${list(mean)}).div(${list(std)})`;
}

function shapeText(preprocess: Preprocess): string {
  return `${preprocess.height}, ${preprocess.width}, ${channelsOf(preprocess)}`;
}

function list(values: readonly number[]): string {
  return `[${values.map((value) => Number(value.toPrecision(8))).join(', ')}]`;
}
