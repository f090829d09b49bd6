import { CurveBuckets } from '../../../src/jobs/compare/curve-buckets.ts';
import { differingParams } from '../../../src/jobs/compare/differences.ts';
import { bestOf, metricColumns } from '../../../src/jobs/compare/metrics.ts';
import type { ComparedRun, CurveSeries, DisputedImage, PairDetail, Verdict } from '../../../src/protocol/compare.ts';
import type {
  CompareCurvesMessage,
  CompareDetailMessage,
  CompareRunsMessage,
  CompareVerdictsMessage,
} from '../../../src/protocol/compare-panel.ts';
import { mixSeed, seededRandom } from '../../../src/random.ts';

/** An invented comparison that looks like a real one, for looking at the panel without training anything. */
export interface FakeComparison {
  runs: CompareRunsMessage;
  curves: CompareCurvesMessage;
  verdicts: CompareVerdictsMessage;
  detail: CompareDetailMessage;
}

const architectures = ['small-cnn', 'resnet18', 'resnet34'];
const optimizers = ['adamw', 'sgd', 'lion'];
const classes = ['activities', 'animals & nature', 'food & drink', 'objects', 'symbols', 'travel & places'];
const stepsPerEpoch = 150;

function fakeRun(at: number, foreign: boolean): ComparedRun {
  const random = seededRandom(mixSeed(11, at));
  const learningRate = [0.0003, 0.001, 0.003, 0.01][Math.floor(random() * 4)] as number;
  const architecture = architectures[at % 3] as string;
  const optimizer = optimizers[Math.floor(at / 3) % 3] as string;
  const accuracy = 0.83 + 0.03 * (at % 3) + 0.05 * random() - Math.abs(Math.log10(learningRate / 0.001)) * 0.03;
  return {
    id: `/home/ada/emoji/.loupe/runs/20260512-09${String(at).padStart(4, '0')}`,
    name:
      at === 0
        ? 'Emoji, small CNN, one-cycle'
        : `${architecture} ${optimizer} ${learningRate}${at > 11 ? ` #${at}` : ''}`,
    state: at === 2 ? 'running' : 'done',
    note: at === 1 ? 'Converges, but slowly; try a larger batch' : '',
    tags: at % 4 === 0 ? ['one-cycle'] : at % 5 === 0 ? ['aug', 'slow'] : [],
    starred: at === 0,
    createdAt: Date.UTC(2026, 4, 12) + at * 1000,
    foreign: foreign ? 'TensorBoard' : null,
    params: foreign
      ? { lr: learningRate }
      : {
          'model.architecture': architecture,
          'training.optimizer.name': optimizer,
          'training.learningRate': learningRate,
          'training.batchSize': [32, 64][at % 2] as number,
          ...(random() > 0.4 ? { 'augment.flip': random() > 0.5 } : {}),
          seed: 42,
        },
    facts: foreign ? {} : { 'engine used': at % 7 === 0 ? 'TensorFlow 2.21' : 'WebAssembly' },
    metrics: {
      val_accuracy: accuracy,
      val_loss: 1.4 - accuracy,
      ...(at % 2 === 0 ? { test_accuracy: accuracy - 0.01 } : {}),
      accuracy: Math.min(1, accuracy + 0.06),
      loss: 1.2 - accuracy,
      epoch: 30,
      ...(foreign ? {} : { duration: 60 + 400 * random(), images_per_second: 800 + 3000 * random() }),
    },
  };
}

function fakeCurves(at: number, points: number): Record<string, CurveSeries> {
  const random = seededRandom(mixSeed(5, at));
  const curve = () => new CurveBuckets(320);
  const [loss, accuracy, rate, valLoss, valAccuracy] = [curve(), curve(), curve(), curve(), curve()];
  const pace = 4 + 6 * random();
  const floor = 0.05 + 0.15 * random();
  const epochs = points / stepsPerEpoch;
  for (let step = 1; step <= points; step++) {
    const share = step / points;
    const fade = Math.exp(-share * pace);
    const noise = random() + random() - 1;
    const [epoch, time] = [step / stepsPerEpoch, step * 0.04];
    loss.add(step, epoch, time, Math.max(0.01, (floor + 1.7 * fade) * (1 + 0.45 * noise)));
    accuracy.add(step, epoch, time, Math.min(1, 0.98 - floor - 0.8 * fade + 0.1 * noise));
    rate.add(step, epoch, time, 0.003 * (share < 0.25 ? share * 4 : (1 - share) / 0.75));
    if (step % Math.max(1, Math.round((epochs > 1 ? stepsPerEpoch : points) / 1)) !== 0) continue;
    valLoss.add(step, epoch, time, 0.2 + floor + 1.4 * fade + 0.2 * share * share + 0.03 * noise);
    valAccuracy.add(step, epoch, time, 0.95 - floor - 0.6 * fade + 0.01 * noise);
  }
  const series = { loss, accuracy, learning_rate: rate, val_loss: valLoss, val_accuracy: valAccuracy };
  return Object.fromEntries(
    Object.entries(series).flatMap(([name, buckets]) => {
      const value = buckets.series();
      return value ? [[name, value]] : [];
    }),
  );
}

function fakeVerdict(run: ComparedRun, baseline: ComparedRun, comparisons: number): Verdict {
  const difference = (run.metrics.val_accuracy ?? 0) - (baseline.metrics.val_accuracy ?? 0);
  const p = Math.exp(-Math.abs(difference) * 150);
  const correctedP = Math.min(1, p * comparisons);
  const verdict = run.foreign ? 'none' : correctedP < 0.05 ? (difference > 0 ? 'better' : 'worse') : 'unclear';
  if (verdict === 'none') {
    return {
      runs: [run.id],
      baseline: [baseline.id],
      verdict,
      text: `${run.name} comes from TensorBoard without predictions.`,
    };
  }
  const interval = (value: number, by: number): [number, number] => [value - by, value + by];
  const metric = (a: number, d: number, by: number) => ({ a, b: a + d, difference: d, interval: interval(d, by) });
  const a = baseline.metrics.val_accuracy ?? 0;
  return {
    runs: [run.id],
    baseline: [baseline.id],
    verdict,
    text: `${run.name} ${verdict === 'unclear' ? "can't be told from" : `is ${verdict} than`} ${baseline.name} on 1,204 common validation images.`,
    figures: {
      split: 'validation',
      images: 1204,
      leftOut: { onlyA: 3, onlyB: 0, relabelled: 1 },
      counts: { both: 1001, onlyA: 41, onlyB: 62, neither: 100 },
      test: 'mcnemar',
      p,
      correctedP,
      seeds: null,
      metrics: {
        accuracy: metric(a, difference, 0.012),
        balancedAccuracy: metric(a - 0.01, difference * 0.9, 0.015),
        macroF1: metric(a - 0.012, difference * 0.95, 0.016),
        logLoss: metric(0.41, -difference * 1.4, 0.03),
      },
    },
  };
}

function fakeDetail(a: ComparedRun, b: ComparedRun): PairDetail {
  const random = seededRandom(9);
  const image = (at: number, won: boolean): DisputedImage => {
    const [label, other] = [classes[at % 6] as string, classes[(at + 1 + (at % 3)) % 6] as string];
    return {
      path: `/home/ada/emoji/images/${label}/${at}.png`,
      name: `${label}/${at}.png`,
      hash: `${won ? 'a' : 'b'}${String(at).padStart(31, '0')}`,
      label,
      predictedA: won ? other : label,
      predictedB: won ? label : other,
      ofLabelA: won ? 0.2 * random() : 0.6 + 0.4 * random(),
      ofLabelB: won ? 0.6 + 0.4 * random() : 0.2 * random(),
    };
  };
  const confusion = (right: number) =>
    classes.map((_, row) =>
      classes.map((_, column) => (row === column ? right + ((row * 7) % 11) : Math.floor(random() * 9))),
    );
  return {
    a: a.id,
    b: b.id,
    images: 1204,
    classes,
    confusionA: confusion(160),
    confusionB: confusion(165),
    won: Array.from({ length: 40 }, (_, at) => image(at, true)),
    lost: Array.from({ length: 20 }, (_, at) => image(at, false)),
    wonCount: 62,
    lostCount: 41,
  };
}

/** @param points steps of each run. */
export function fakeComparison(count: number, points = 4500): FakeComparison {
  const runs = Array.from({ length: count }, (_, at) => fakeRun(at, count > 5 && at === count - 1));
  const metrics = metricColumns(runs);
  const [baseline, second] = runs as [ComparedRun, ComparedRun];
  return {
    runs: {
      type: 'runs',
      scope: { kind: 'query', query: '' },
      runs,
      differing: differingParams(runs),
      metrics,
      best: Object.fromEntries(metrics.map((column) => [column.name, bestOf(runs, column)])),
      baseline: baseline?.id ?? null,
      pinned: true,
      total: count,
      views: ['learning rates'],
      problem: null,
    },
    curves: {
      type: 'curves',
      curves: runs.map(({ id }, at) => ({ id, series: fakeCurves(at, points) })),
      waiting: 0,
    },
    verdicts: {
      type: 'verdicts',
      state: 'done',
      verdicts: runs.slice(1).map((run) => fakeVerdict(run, baseline, count - 1)),
      message: null,
    },
    detail: {
      type: 'detail',
      a: baseline?.id ?? '',
      b: second?.id ?? '',
      detail: fakeDetail(baseline, second ?? baseline),
      message: null,
    },
  };
}

/** A picture for every image: a coloured square, as the host would serve it. */
export function fakePictures(images: readonly { hash: string }[]): Record<string, string> {
  return Object.fromEntries(
    images.map(({ hash }, at) => {
      const hue = (at * 47) % 360;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="hsl(${hue} 60% 60%)"/><circle cx="48" cy="48" r="24" fill="hsl(${hue} 70% 30%)"/></svg>`;
      return [hash, `data:image/svg+xml,${encodeURIComponent(svg)}`];
    }),
  );
}
