import sharp from 'sharp';
import { type EvaluatedImage, measure } from '../../../src/evaluation/report.ts';
import { heatPng, imagePng } from '../../../src/evaluation/saliency/pictures.ts';
import type { PanelImage, PanelSubject, ToEvaluatePanel } from '../../../src/protocol/evaluate-panel.ts';
import type { EvaluationReport, EvaluationSummary } from '../../../src/protocol/evaluation.ts';
import type { PredictItem, ToPredictPanel } from '../../../src/protocol/predict-panel.ts';
import { mixSeed, seededRandom } from '../../../src/random.ts';

/** Invented evaluations that look like real ones: the figures are measured on invented probabilities. */
const names = ['activities', 'animals & nature', 'food & drink', 'objects', 'symbols', 'travel & places'];
const folder = '/home/ada/emoji/.loupe/runs/20260512-093000-emoji';

export const subject: PanelSubject = {
  kind: 'run',
  folder,
  name: 'Emoji, small CNN, one-cycle',
  splits: [
    { split: 'test', images: 1187 },
    { split: 'validation', images: 1204 },
    { split: 'train', images: 4783 },
  ],
};

export const summary: EvaluationSummary = {
  id: '20260512-101500-test-1a2b',
  folder: `${folder}/evaluations/20260512-101500-test-1a2b`,
  state: 'done',
  message: null,
  advice: null,
  createdAt: Date.UTC(2026, 4, 12, 10, 15),
  target: { kind: 'split', split: 'test' },
  views: { name: 'none', count: 4, seed: 0 },
  engine: 'WebAssembly',
  progress: null,
  hasReport: true,
};

/** @param classes 6 have names; more are numbered */
export function invented({ classes = 6, images = 1187, skill = 2.2 } = {}): {
  report: EvaluationReport;
  images: PanelImage[];
} {
  const random = seededRandom(mixSeed(classes, images));
  const labels = Int32Array.from({ length: images }, () => Math.floor(random() * classes));
  const probabilities = new Float32Array(images * classes);
  const facts: EvaluatedImage[] = [];
  labels.forEach((label, i) => {
    const dark = random();
    const near = (label + 1) % classes;
    const shares = Array.from({ length: classes }, (_, k) => {
      const own = k === label ? skill * (dark < 0.25 ? 0.55 : 1.25) : k === near ? skill / 3 : 0;
      return Math.exp(2 * own + 2.4 * (random() - 0.5));
    });
    const total = shares.reduce((sum, share) => sum + share, 0);
    probabilities.set(
      shares.map((share) => share / total),
      i * classes,
    );
    facts.push({
      path: `${className(label)}/${i % 3 === 0 ? 'noto' : i % 3 === 1 ? 'twemoji' : 'fluent'}/1F${(0x400 + i).toString(16)}.png`,
      hash: i % 97 === 0 ? 'twin' : String(i),
      className: className(label),
      width: 72 + 8 * (i % 9),
      height: 72,
      format: 'png',
      channels: i % 5 === 0 ? 4 : 3,
      brightness: dark,
      sharpness: random() / 4,
      inTraining: i % 211 === 0,
    });
  });
  const scored = { classes, labels, probabilities };
  const options = { samples: 200, level: 0.95, seed: 1, stratified: false, k: 5 };
  const all = Array.from({ length: classes }, (_, k) => className(k));
  const { report, verdicts } = measure({ classes: all, scored, images: facts, heldOut: null, options });
  const whole: EvaluationReport = {
    ...report,
    cost: { predictSeconds: 1.42, seconds: 1.9, imagesPerSecond: images / 1.9, passes: 1 },
    alternatives: [],
    used: {
      subject: { kind: 'run', folder, name: subject.name },
      members: [{ name: subject.name, folder, weights: 'a3f1'.repeat(16), weight: 1 }],
      combine: 'single',
      views: 'the image as it is',
      data: { kind: 'split', source: '/home/ada/emoji', split: 'test', fingerprint: '9e07'.repeat(16) },
      engine: { name: 'wasm', label: 'WebAssembly', device: 'CPU, 2 threads, relaxed SIMD' },
      versions: { loupe: '0.1.0', node: '24.21.0', tfjs: '4.22.0', sharp: '0.35.5' },
      skipped: [{ cause: 'truncated', count: 2, examples: [] }],
      unknownClasses: [],
      at: '2026-05-12T10:15:07Z',
    },
    notes: [],
  };
  const shown = whole.worst.slice(0, 48).map(
    (at): PanelImage => ({
      at,
      path: facts[at]?.path ?? '',
      label: labels[at] as number,
      predicted: verdicts.predicted[at] as number,
      confidence: verdicts.confidence[at] as number,
      labelProbability: verdicts.labelProbability[at] as number,
    }),
  );
  return { report: whole, images: shown };
}

function className(k: number): string {
  return names[k] ?? `class ${String(k + 1).padStart(3, '0')}`;
}

/** A drawn picture as a data URI, and a map over it. */
export async function picture(seed: number, side = 96): Promise<{ image: string; heat: string; thumb: string }> {
  const random = seededRandom(seed);
  const color = () => `hsl(${Math.floor(random() * 360)} 70% ${35 + Math.floor(random() * 40)}%)`;
  const [x, y] = [side * (0.3 + 0.4 * random()), side * (0.3 + 0.4 * random())];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="100%" height="100%" fill="${color()}"/><circle cx="${x}" cy="${y}" r="${side / 4}" fill="${color()}"/><rect x="${side / 8}" y="${side * 0.7}" width="${side / 3}" height="${side / 6}" fill="${color()}"/></svg>`;
  const pixels = new Uint8Array(await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer());
  const values = Float32Array.from({ length: side * side }, (_, i) =>
    Math.exp(-((((i % side) - x) ** 2 + (Math.floor(i / side) - y) ** 2) / (side * side)) * 14),
  );
  const uri = (png: Buffer) => `data:image/png;base64,${png.toString('base64')}`;
  const image = uri(await imagePng(pixels, side, side));
  return { image, thumb: image, heat: uri(await heatPng({ width: side, height: side, values })) };
}

/** Messages that bring the Evaluation panel into each state it has to look right in. */
export const evaluateScenes: Record<string, () => ToEvaluatePanel[]> = {
  nothing: () => [{ type: 'list', subject, evaluations: [], selected: null, trusted: true }],
  untrusted: () => [{ type: 'list', subject, evaluations: [], selected: null, trusted: false }],
  running: () => [
    listWith({
      ...summary,
      state: 'running',
      hasReport: false,
      progress: { what: 'evaluate', done: 420, total: 1187 },
    }),
  ],
  failed: () => [
    listWith({
      ...summary,
      state: 'failed',
      hasReport: false,
      message:
        '/home/ada/holiday has no image of a class that Emoji, small CNN, one-cycle knows; its classes: "beach".',
      advice: 'The model knows activities, animals & nature …: name the folders or labels like that.',
    }),
  ],
  done: () => reportMessages({}),
  many: () => reportMessages({ classes: 120, images: 6000, skill: 1.9 }),
  ensemble: () => {
    const messages = reportMessages({});
    const report = messages.find((message) => message.type === 'report');
    if (report?.type === 'report' && report.report) {
      report.report.cost = { predictSeconds: 5.2, seconds: 6.1, imagesPerSecond: 194, passes: 10 };
      report.report.alternatives = [
        { name: 'without views', accuracy: 0.861, logLoss: 0.47, predictSeconds: 1.1, passes: 2 },
        { name: 'seed 1 alone', accuracy: 0.852, logLoss: 0.52, predictSeconds: 2.6, passes: 5 },
        { name: 'seed 2 alone', accuracy: 0.849, logLoss: 0.53, predictSeconds: 2.6, passes: 5 },
      ];
    }
    return messages;
  },
};

function listWith(evaluation: EvaluationSummary): ToEvaluatePanel {
  return { type: 'list', subject, evaluations: [evaluation], selected: evaluation.id, trusted: true };
}

function reportMessages(options: Parameters<typeof invented>[0]): ToEvaluatePanel[] {
  const { report, images } = invented(options);
  const { id } = summary;
  return [
    listWith(summary),
    { type: 'report', id, report },
    { type: 'images', id, selection: { kind: 'worst' }, from: 0, total: 163, images },
  ];
}

const predictSubject: Extract<ToPredictPanel, { type: 'subject' }> = {
  type: 'subject',
  subject: { folder, name: subject.name },
  state: 'ready',
  message: null,
  engine: 'WebAssembly',
  classes: names,
  temperature: 1.31,
  watching: null,
  trusted: true,
};

export function answered(id: number, name: string, probabilities: readonly number[]): PredictItem {
  const top = probabilities.map((probability, k) => ({ label: names[(k + id) % names.length] as string, probability }));
  return { id, name, path: `/home/ada/${name}`, top, ms: 4.2 + id, failure: null };
}

/** Messages that bring the Predict panel into each state it has to look right in. */
export const predictScenes: Record<string, () => ToPredictPanel[]> = {
  loading: () => [{ ...predictSubject, state: 'loading', engine: null, classes: [], temperature: null }],
  failed: () => [
    {
      ...predictSubject,
      state: 'failed',
      message:
        'There is no model in /home/ada/emoji: model.json is missing. Choose a run that has finished at least one epoch.',
    },
  ],
  untrusted: () => [{ ...predictSubject, state: 'loading', trusted: false }],
  empty: () => [predictSubject],
  answers: () => [
    { ...predictSubject, watching: '/home/ada/inbox' },
    {
      type: 'items',
      items: [
        answered(5, 'IMG_2041.jpg', [0.914, 0.052, 0.021, 0.008, 0.005]),
        { ...answered(4, 'broken.png', []), failure: 'The file ends after 812 of 4,096 bytes.', ms: null },
        answered(3, 'pasted image', [0.48, 0.31, 0.12, 0.06, 0.03]),
        answered(2, 'a photograph with a rather long name of its own.jpeg', [0.99, 0.006, 0.002, 0.001, 0.001]),
        answered(1, 'cat.webp', [0.71, 0.2, 0.05, 0.03, 0.01]),
      ],
    },
  ],
};
