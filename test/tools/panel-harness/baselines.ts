import { shareOf } from '../../../src/evaluation/probes/baseline.ts';
import { summaryOf } from '../../../src/jobs/data-reports.ts';
import type { Baseline, ComparedAlgorithm, DataReport } from '../../../src/protocol/baseline.ts';
import type { ToBaselinePanel } from '../../../src/protocol/baseline-panel.ts';
import { mixSeed, seededRandom } from '../../../src/random.ts';

/** Invented reports on a data set that look like real ones. */
const source = '/home/ada/scenes';
const names = ['buildings', 'forest', 'glacier', 'mountain', 'sea', 'street'];

const head = {
  version: 1 as const,
  source,
  root: source,
  classes: names,
  skipped: [],
  engine: 'TensorFlow 2.21',
} satisfies Partial<DataReport>;

const network = (name: string, side = 128) => ({
  name: `${name} (${name}.pth)`,
  weights: name,
  width: side,
  height: side,
});

/** @param skill 0–1, how often the probe is right on average */
export function inventedBaseline({ skill = 0.87, classes = names, images = 3000 } = {}): Baseline {
  const random = seededRandom(mixSeed(classes.length, images));
  const perClass = classes.map((label, k) => {
    const own = Math.round(images / classes.length + 40 * (random() - 0.5));
    const share = Math.min(0.99, skill + 0.1 * (random() - 0.4) - (k === 2 ? 0.16 : 0));
    return { label, images: own, recall: shareOf(Math.round(own * share), own) };
  });
  const total = perClass.reduce((sum, one) => sum + one.images, 0);
  const right = perClass.reduce((sum, { images: own, recall }) => sum + own * recall.value, 0);
  const accuracy = shareOf(Math.round(right), total);
  return {
    images: total,
    folds: 5,
    neighbours: { k: 20, accuracy: shareOf(Math.round(right * 0.94), total) },
    probe: { strength: 0.01, accuracy },
    perClass,
    hard: perClass.filter(({ recall }) => recall.high < accuracy.low).map(({ label }) => label),
    confused: classes.slice(2, 6).flatMap((label, k) => {
      const predicted = classes[(k + 3) % classes.length] as string;
      const found = Math.max(1, Math.round(total * 0.02) - 9 * k);
      const examples = Array.from({ length: Math.min(12, found) }, (_, i) => ({
        path: `${label}/${100 * k + i}.jpg`,
        hash: `${k}-${i}`,
      }));
      return [{ label, predicted, images: found, examples }];
    }),
  };
}

const algorithm = (
  title: string,
  share: number,
  setting: string,
  [fitSeconds, predictMs, bytes]: [number, number, number],
  clarity: 1 | 2 | 3,
): ComparedAlgorithm => ({
  name: title,
  title,
  setting,
  features: 'mobilenet-v2 (mobilenet-v2.pth)',
  accuracy: shareOf(Math.round(3000 * share), 3000),
  logLoss: 0.3,
  fitSeconds,
  predictMs,
  describeMs: 4.2,
  bytes,
  interpretability: [
    '',
    'Tells which of your images decided; why they did it does not say.',
    'Tells which features count, not in which direction.',
    'Each feature has a weight per class: what speaks for a class can be read.',
  ][clarity] as string,
  clarity,
  p: share > 0.868 ? 1 : share > 0.86 ? 0.3 : 0.001,
});

const algorithms = {
  ...{ total: 14034, images: 3000, folds: 5 },
  algorithms: [
    algorithm('SVM (RBF)', 0.872, 'C = 10', [4.1, 0.61, 14_700_000], 1),
    algorithm('Logistic regression', 0.866, 'λ = 0.01', [0.82, 0.002, 30_744], 3),
    algorithm('SVM (linear)', 0.858, 'C = 0.1', [1.3, 0.002, 30_744], 3),
    algorithm('Random forest', 0.83, '√ features', [12.4, 0.08, 3_400_000], 2),
    algorithm('Nearest neighbours', 0.811, 'k = 20', [0.01, 0.94, 15_300_000], 1),
  ],
  runs: [
    {
      ...{ name: 'scenes, fine-tuned', folder: '/home/ada/.loupe/runs/a', architecture: 'mobilenet-v2' },
      ...({ accuracy: 0.921, split: 'test', seconds: 312 } as const),
    },
  ],
  recommendation:
    'Most accurate: SVM (RBF). Not surely less accurate: Logistic regression. Take Logistic regression: it can be explained better and is fitted in less time.',
};

const plan = {
  config: '/home/ada/scenes.loupe.json',
  seconds: 260,
  reasons: [
    {
      what: 'Network',
      choice: 'mobilenet-v2 (mobilenet-v2)',
      why: 'The best of 3 on this machine whose training takes less than 20 minutes here; resnet50 would take longer.',
    },
    {
      what: 'Image size',
      choice: '128 × 128',
      why: 'The images have about 150 pixels; more than 128 would take too long without a GPU.',
    },
    {
      what: 'Recipe',
      choice: 'transfer-finetune',
      why: '437 images or more of every class are enough to train all layers: the head first, then all, the first layers slowest.',
    },
  ],
};

const report = (day: number, more: Partial<DataReport>): DataReport => ({
  ...head,
  kind: 'baseline',
  id: `202605${String(day).padStart(2, '0')}-093000-scenes-1a2b`,
  createdAt: new Date(Date.UTC(2026, 4, day, 9, 30)).toISOString(),
  images: 14034,
  seconds: 38.4,
  network: network('mobilenet-v2'),
  baseline: null,
  algorithms: null,
  plan: null,
  ...more,
});

/** One of each kind, oldest first. */
export const reports: readonly [DataReport, DataReport, DataReport, DataReport] = [
  report(3, { network: network('squeezenet'), baseline: inventedBaseline({ skill: 0.79 }) }),
  report(4, { baseline: inventedBaseline(), skipped: [{ path: 'sea/9.jpg', message: 'The file ends too soon.' }] }),
  report(5, { kind: 'algorithms', algorithms, seconds: 74 }),
  report(6, { kind: 'start', baseline: inventedBaseline({ skill: 0.88 }), plan, seconds: 52 }),
];

/** The list with some of the reports, the last of them selected. */
export function listOf(
  shown: readonly DataReport[],
  more: Partial<Extract<ToBaselinePanel, { type: 'list' }>> = {},
): ToBaselinePanel {
  const selected = shown.at(-1)?.id ?? null;
  const all = shown.map(summaryOf);
  return { type: 'list', source, name: 'scenes', reports: all, selected, busy: null, trusted: true, ...more };
}

export function shown(whole: DataReport): ToBaselinePanel {
  return { type: 'report', id: whole.id, report: whole, problem: null };
}

const [squeezenet, mobilenet, compared, started] = reports;
const many = Array.from({ length: 60 }, (_, k) => `class ${k + 1} with a name that says very much of it`);
const crowd = report(7, { classes: many, baseline: inventedBaseline({ classes: many, images: 24_000 }) });
const unlucky = report(8, { baseline: { ...inventedBaseline({ skill: 0.17 }), confused: [], hard: [] } });
const random = report(9, { kind: 'start', network: null, plan: { ...plan, seconds: null } });

/** Messages that bring the panel into each state it has to look right in. */
export const baselineScenes: Record<string, () => ToBaselinePanel[]> = {
  nothing: () => [listOf([])],
  untrusted: () => [listOf([], { trusted: false })],
  busy: () => [listOf([squeezenet], { busy: 'Measuring a baseline' }), shown(squeezenet)],
  baseline: () => [listOf([squeezenet, mobilenet]), shown(mobilenet)],
  algorithms: () => [listOf([squeezenet, mobilenet, compared]), shown(compared)],
  start: () => [listOf([squeezenet, mobilenet, compared, started]), shown(started)],
  'start-from-nothing': () => [listOf([random]), shown(random)],
  'many-classes': () => [listOf([crowd]), shown(crowd)],
  'no-better-than-chance': () => [listOf([unlucky]), shown(unlucky)],
  damaged: () => [
    listOf([mobilenet]),
    {
      ...{ type: 'report', id: mobilenet.id, report: null },
      problem:
        '/home/ada/.loupe/baselines/x/report.json can’t be shown: Unexpected end of JSON input. Delete its folder and measure again.',
    },
  ],
};
