import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { decodeSample, type SampleImage, samplePositions } from '../dataset/sample.ts';
import { channelsOf, type DecodeSettings, storedSettings } from '../images/preprocess.ts';
import { completeConfig } from '../jobs/complete-config.ts';
import { ConfigProblem, findConfigIssues } from '../jobs/config-file.ts';
import { Problem } from '../problem.ts';
import type { PreviewAnswer, PreviewLine, PreviewRequest, PreviewRow } from '../protocol/augment-preview.ts';
import { assertColorsFor } from '../training/augment-colors.ts';
import { describeAugment } from '../training/augment-text.ts';
import type { InputConfig, RunConfig } from '../training/config.ts';
import { type DrawnImage, drawSample } from './draws.ts';
import { checkInputs, type TensorView } from './inputs.ts';
import { encodePicture, pictureChannels } from './sheet.ts';
import type { PreviewTarget } from './write-sheet.ts';

/** Answers preview requests until `input` ends; of requests that wait, only the newest one is worth answering. */
export async function servePreviews(target: PreviewTarget, input: Readable, output: Writable): Promise<void> {
  const say = async (line: PreviewLine) => {
    if (!output.write(`${JSON.stringify(line)}\n`)) await once(output, 'drain');
  };
  const { data } = target;
  await say({
    ready: { name: path.basename(data.root), root: data.root, classes: data.classes, images: data.images.length },
  });
  const previews = new Previews(target);
  let newest: PreviewRequest | null = null;
  let working: Promise<void> | null = null;
  const work = async () => {
    while (newest) {
      const request: PreviewRequest = newest;
      newest = null;
      await say(await answer(previews, request));
    }
    working = null;
  };
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const request = parse(line);
    if (!request) continue;
    newest = request;
    working ??= work();
  }
  await working;
}

async function answer(previews: Previews, request: PreviewRequest): Promise<PreviewLine> {
  try {
    return await previews.make(request);
  } catch (error) {
    const known = error instanceof Problem ? error : null;
    const message = error instanceof Error ? error.message : String(error);
    return {
      id: request.id,
      error: { code: known?.code ?? 'unexpected', message, advice: known?.advice ?? 'See the log.' },
    };
  }
}

function parse(line: string): PreviewRequest | null {
  try {
    const value = JSON.parse(line) as PreviewRequest;
    return typeof value.id === 'number' ? value : null;
  } catch {
    return null;
  }
}

/** Keeps the decoded sample between requests that differ in augmentation only. */
class Previews {
  readonly #target: PreviewTarget;
  #sample: { key: string; images: Promise<SampleImage[]> } | null = null;

  constructor(target: PreviewTarget) {
    this.#target = target;
  }

  async make(request: PreviewRequest): Promise<PreviewAnswer> {
    const started = performance.now();
    const { data } = this.#target;
    const config = await this.#configOf(request);
    const sample = await this.#images(config.input, request.images);
    const epochs = Array.from({ length: request.draws }, (_, i) => request.roll + i);
    const { augment, input, seed } = config;
    assertColorsFor(config);
    const drawn = drawSample(sample, { augment, settings: input, classes: data.classes, seed, epochs });
    const { check, tensors } = await checkInputs(data.root, sample, input);
    const rows = await Promise.all(
      sample.map((image, i) => rowOf(image, drawn[i] as DrawnImage[], tensors[i] as TensorView, input)),
    );
    return {
      id: request.id,
      rows,
      augmentation: describeAugment(augment),
      width: input.width,
      height: input.height,
      inputs: check,
      ms: performance.now() - started,
    };
  }

  /** @throws ConfigProblem where a setting is out of its range */
  async #configOf({ augment, input }: PreviewRequest): Promise<RunConfig> {
    const issues = await findConfigIssues({ augment, input });
    if (issues.length) throw new ConfigProblem('The settings', issues);
    return completeConfig({ augment, input, seed: this.#target.config.seed });
  }

  async #images(input: InputConfig, count: number): Promise<SampleImage[]> {
    const { data, config } = this.#target;
    const key = JSON.stringify([storedSettings(input), count]);
    if (this.#sample?.key !== key) {
      const positions = samplePositions(data.images, count, config.seed);
      this.#sample = { key, images: decodeSample(data, positions, input) };
    }
    return await this.#sample.images;
  }
}

async function rowOf(
  image: SampleImage,
  drawn: DrawnImage[],
  tensor: TensorView,
  settings: DecodeSettings,
): Promise<PreviewRow> {
  const channels = pictureChannels(settings);
  const encode = async (pixels: Uint8Array, count: number) =>
    (await encodePicture(pixels, settings, count)).toString('base64');
  const draws = await Promise.all(
    drawn.map(async ({ pixels, shares }) => ({ png: await encode(pixels, channels), shares })),
  );
  return {
    path: image.record.path,
    label: image.className,
    original: await encode(image.pixels, channels),
    draws,
    tensor: await encode(tensor.pixels, channelsOf(settings)),
    min: tensor.min,
    mean: tensor.mean,
    max: tensor.max,
  };
}
