import { contractFiles, type ExportFile, json } from './files.ts';
import { type ExportSource, metadataOf } from './source.ts';

const WEIGHTS = 'weights.bin';

/** The files of a TensorFlow.js layers model, as `tf.loadLayersModel` reads them. It takes normalised pixels. */
export function toLayersModel(source: ExportSource): ExportFile[] {
  const { model, version } = source;
  const weights = model.weights.map((weight) => ({
    name: weight.originalName,
    shape: weight.shape,
    dtype: 'float32',
  }));
  const bytes = Buffer.concat(
    model.weights.map((weight) => {
      const data = weight.read().dataSync<'float32'>();
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }),
  );
  const description = {
    format: 'layers-model',
    generatedBy: `Loupe ${version}`,
    convertedBy: null,
    userDefinedMetadata: { ...metadataOf(source), preprocessing: 'outside' },
    modelTopology: model.toJSON(null, false),
    weightsManifest: [{ paths: [WEIGHTS], weights }],
  };
  return [{ name: 'model.json', data: json(description) }, { name: WEIGHTS, data: bytes }, ...contractFiles(source)];
}
