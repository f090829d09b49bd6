import fs from 'node:fs';
import type { SampleImage } from '../../../src/dataset/sample.ts';
import { defaultValues, sectionsOf, settingGroups, valuesOf } from '../../../src/host/augment/controls.ts';
import { drawSample } from '../../../src/preview/draws.ts';
import { checkInputs } from '../../../src/preview/inputs.ts';
import { encodePicture } from '../../../src/preview/sheet.ts';
import type { AugmentPanelSetup, SettingValues, ToAugmentPanel } from '../../../src/protocol/augment-panel.ts';
import type { LabelSafetyReport, PreviewAnswer } from '../../../src/protocol/augment-preview.ts';
import { seededRandom } from '../../../src/random.ts';
import { describeAugment } from '../../../src/training/augment-text.ts';
import { augmentPresets } from '../../../src/training/config-augment-presets.ts';

const classes = ['circle', 'square', 'triangle'];
const side = 64;

/** Coloured shapes on soft ground. */
function shapes(count: number): SampleImage[] {
  return Array.from({ length: count }, (_, index) => {
    const random = seededRandom(index + 3);
    const label = index % classes.length;
    const [hue, x0, y0, size] = [random() * 200, 22 + random() * 20, 22 + random() * 20, 12 + random() * 8];
    const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
      const [x, y] = [(Math.floor(i / 3) % side) - x0, Math.floor(i / 3 / side) - y0];
      const inside = [
        Math.hypot(x, y) < size,
        Math.max(Math.abs(x), Math.abs(y)) < size,
        y < size && y > 2 * Math.abs(x) - size,
      ][label];
      const ground = 200 - y + random() * 14;
      const level = inside ? [hue, 90, 230 - hue][i % 3]! + y + random() * 10 : ground;
      return Math.max(0, Math.min(255, level));
    });
    const path = `train/${classes[label]}/${1000 + index}.png`;
    const record = {
      path,
      label,
      split: null,
      group: null,
      format: 'png',
      width: side,
      height: side,
      channels: 3,
      bytes: 900,
      hash: '',
    } as const;
    return { index, record, className: classes[label]!, pixels };
  });
}

export function augmentSetup(changes: Partial<AugmentPanelSetup> = {}): AugmentPanelSetup {
  const schema: unknown = JSON.parse(
    fs.readFileSync(new URL('../../../media/loupe.schema.json', import.meta.url), 'utf8'),
  );
  const values = valuesOf({
    ...sectionsOf({}),
    augment: augmentPresets.find(({ name }) => name === 'fastai')!.augment,
  });
  return {
    type: 'setup',
    name: 'shapes',
    configFile: 'shapes.loupe.json',
    target: '/home/ada/shapes/shapes.loupe.json',
    groups: settingGroups(schema),
    defaults: defaultValues,
    presets: augmentPresets.map(({ name, description, augment }) => ({
      name,
      description,
      values: Object.fromEntries(
        Object.entries(valuesOf({ ...sectionsOf({}), augment })).filter(([at]) => at.startsWith('augment.')),
      ),
    })),
    values,
    canCheck: true,
    ...changes,
  };
}

/** What the job process would answer: real draws of the shapes. */
export async function augmentPreview(
  values: SettingValues,
  { images = 6, draws = 4, roll = 0, findings = [] as PreviewAnswer['inputs']['findings'] } = {},
): Promise<ToAugmentPanel> {
  const { augment, input } = sectionsOf(values);
  const settings = { ...input, width: side, height: side };
  const sample = shapes(images);
  const epochs = Array.from({ length: draws }, (_, i) => roll + i);
  const drawn = drawSample(sample, { augment, settings, classes, seed: 42, epochs });
  const { check, tensors } = await checkInputs(
    '/',
    sample.map((image) => ({ ...image, record: { ...image.record, format: 'bmp' } })),
    settings,
  );
  const encode = async (pixels: Uint8Array) => (await encodePicture(pixels, settings, 3)).toString('base64');
  const rows = await Promise.all(
    sample.map(async ({ record, className, pixels }, i) => {
      const { min, mean, max, pixels: tensor } = tensors[i]!;
      const pictures = await Promise.all(
        drawn[i]!.map(async (draw) => ({ png: await encode(draw.pixels), shares: draw.shares })),
      );
      return {
        path: record.path,
        label: className,
        original: await encode(pixels),
        draws: pictures,
        tensor: await encode(tensor),
        min,
        mean,
        max,
      };
    }),
  );
  const inputs = { ...check, findings: findings.length ? findings : check.findings };
  return {
    type: 'preview',
    answer: { id: 1, rows, augmentation: describeAugment(augment), width: side, height: side, inputs, ms: 20 },
  };
}

export function safetyReport(): LabelSafetyReport {
  const row = (operation: string, text: string, shares: number[]) => ({
    operation,
    text,
    changed: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    perClass: classes.map((className, i) => ({
      className,
      images: 30,
      changed: shares[i]!,
      noise: 0.02,
      flagged: shares[i]! > 0.2,
    })),
    flagged: shares.some((share) => share > 0.2),
  });
  return {
    model: '/home/ada/shapes/.loupe/runs/a',
    from: 'held-out',
    images: 90,
    draws: 4,
    tolerance: 0.1,
    noise: 0.02,
    accuracy: 0.957,
    operations: [
      row('flip.horizontal', 'flip left and right', [0, 0.01, 0.02]),
      row('rotate', 'turn by up to 10°', [0.01, 0.42, 0.31]),
      row('zoom', 'zoom 1–1.1 ×', [0.02, 0.03, 0.02]),
      row('all', 'everything together', [0.04, 0.46, 0.37]),
    ],
  };
}

/** Messages that bring the panel into each of its states. */
export const augmentScenes: Record<string, { state?: object; messages: () => Promise<ToAugmentPanel[]> }> = {
  augmented: {
    messages: async () => {
      const setup = augmentSetup();
      return [setup, await augmentPreview(setup.values)];
    },
  },
  written: {
    messages: async () => {
      const setup = augmentSetup();
      const written: ToAugmentPanel = {
        ...{ type: 'values', values: setup.values, configFile: setup.configFile },
        canUndo: true,
      };
      return [setup, await augmentPreview(setup.values), written];
    },
  },
  mixed: {
    state: {
      target: '/home/ada/shapes/shapes.loupe.json',
      changes: { 'augment.mixUp.probability': 0.5, 'augment.cutMix.probability': 0.5 },
      open: ['augment.mixUp', 'augment.cutMix'],
    },
    messages: async () => {
      const setup = augmentSetup();
      const changes = { 'augment.mixUp.probability': 0.5, 'augment.cutMix.probability': 0.5 };
      return [setup, await augmentPreview({ ...setup.values, ...changes })];
    },
  },
  inputs: {
    state: { view: 'inputs', open: ['input'] },
    messages: async () => {
      const setup = augmentSetup();
      const findings = [
        {
          code: 'input-deep-dark',
          message:
            '9 of 64 16-bit files use fewer than 12 bits, as cameras and scanners write them: brought to 8 bits they are nearly black. Stretch them to 16 bits first.',
        },
      ];
      return [setup, await augmentPreview(setup.values, { findings })];
    },
  },
  labels: {
    state: { view: 'labels' },
    messages: async () => {
      const setup = augmentSetup();
      return [setup, { type: 'safety', report: safetyReport(), model: 'first try', values: setup.values }];
    },
  },
  checking: {
    state: { view: 'labels' },
    messages: async () => [augmentSetup(), { type: 'checking', text: 'first try', share: 0.4 }],
  },
  empty: { state: { view: 'labels' }, messages: async () => [augmentSetup({ canCheck: false, configFile: null })] },
  loading: { messages: async () => [augmentSetup()] },
  failed: {
    messages: async () => [
      augmentSetup(),
      {
        type: 'failed',
        message: 'There is no folder /home/ada/shapes/images.',
        advice: 'Check the path of the data.',
        canRestart: true,
      },
    ],
  },
};
