export type ModelFormat = 'onnx' | 'keras' | 'savedmodel' | 'tfjs-graph' | 'tfjs';
export type LogFormat = 'tensorboard' | 'mlflow';
export type ExportFormat = ModelFormat | LogFormat | 'card';

export interface FormatInfo {
  name: ExportFormat;
  /** What people call it. */
  label: string;
  /** Who reads it, in one line. */
  readers: string;
  /** Of a format that is one file, with its dot; null: a folder. */
  extension: string | null;
  /** The model can normalise pixels itself. */
  preprocesses: boolean;
}

/** Everything that `loupe export` writes, in the order in which it is offered. */
export const exportFormats: readonly FormatInfo[] = [
  {
    name: 'onnx',
    label: 'ONNX',
    readers: 'ONNX Runtime, OpenVINO, TensorRT, Windows ML, OpenCV',
    extension: '.onnx',
    preprocesses: true,
  },
  {
    name: 'keras',
    label: 'Keras',
    readers: 'Keras 3, to go on training in Python',
    extension: '.keras',
    preprocesses: true,
  },
  {
    name: 'savedmodel',
    label: 'TensorFlow SavedModel',
    readers: 'TensorFlow, TensorFlow Serving, TensorFlow Lite',
    extension: null,
    preprocesses: true,
  },
  {
    name: 'tfjs-graph',
    label: 'TensorFlow.js graph model',
    readers: 'browsers and Node, the faster kind for prediction',
    extension: null,
    preprocesses: true,
  },
  {
    name: 'tfjs',
    label: 'TensorFlow.js layers model',
    readers: 'browsers and Node, to go on training there',
    extension: null,
    preprocesses: false,
  },
  {
    name: 'tensorboard',
    label: 'TensorBoard log',
    readers: "the run's curves, settings and figures as event files",
    extension: null,
    preprocesses: false,
  },
  {
    name: 'mlflow',
    label: 'MLflow run',
    readers: "the run's curves, settings, figures and model in an mlruns folder",
    extension: null,
    preprocesses: false,
  },
  {
    name: 'card',
    label: 'Model card',
    readers: 'people: data, settings, figures and limits as Markdown',
    extension: '.md',
    preprocesses: false,
  },
];

/** Undefined: there is no such format. */
export function formatNamed(name: string): FormatInfo | undefined {
  return exportFormats.find((format) => format.name === name);
}

/** Name of a file or folder for an export: `cats-vs-dogs.onnx`, `cats-vs-dogs-savedmodel`. */
export function suggestedName(run: string, { name, extension }: FormatInfo): string {
  const base = run
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .toLowerCase();
  return extension === null ? `${base || 'model'}-${name}` : `${base || 'model'}${extension}`;
}
