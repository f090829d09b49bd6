import { createInterface } from 'node:readline';
import type { ImageInput } from '../evaluation/image-input.ts';
import { PredictSession, type SessionOptions } from '../evaluation/predict-session.ts';
import { Saliency } from '../evaluation/saliency/explain.ts';
import { heatPng, imagePng } from '../evaluation/saliency/pictures.ts';
import { DecodeFailure } from '../images/decode-failure.ts';
import { Problem } from '../problem.ts';
import { type SaliencyMethod, saliencyMethods } from '../protocol/saliency.ts';

const BATCH_SIZE = 32;

interface LineRequest {
  id: number;
  input: ImageInput;
  top: number;
  /** Null: classify only. */
  saliency: { method: SaliencyMethod; label: string | null } | null;
}

/**
 * Answers JSON lines from stdin until it ends, with a model that is loaded once. The first line on stdout says what answers:
 * {"ready": {labels, engine, temperature}} or {"error": …}; then one a request, in their order:
 * {"id", "top", "ms"}, {"id", "saliency": {label, probability, image, heat}, "ms"} (PNGs as base64) or {"id", "cause", "message"}.
 */
export async function answerLines(subject: string, options: SessionOptions & { topK: number }): Promise<void> {
  const session = await PredictSession.open(subject, options);
  const explainers = new Map<SaliencyMethod, Saliency>();
  write({ ready: { labels: session.labels, engine: session.info, temperature: session.temperature } });
  const queue: LineRequest[] = [];
  let wake: (() => void) | null = null;
  let ended = false;
  const reader = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  reader.on('line', (line) => {
    const request = parseRequest(line, options.topK);
    if (request) queue.push(request);
    wake?.();
  });
  reader.once('close', () => {
    ended = true;
    wake?.();
  });
  try {
    while (!ended || queue.length > 0) {
      const [next] = queue;
      if (!next) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if (next.saliency) {
        queue.shift();
        write({ id: next.id, ...(await explain(session, explainers, next)) });
      } else await classify(session, takeAlike(queue));
    }
  } finally {
    for (const explainer of explainers.values()) explainer.dispose();
    await session.close();
  }
}

/** The requests at the head of the queue that one batch can answer. */
function takeAlike(queue: LineRequest[]): LineRequest[] {
  const top = queue[0]?.top;
  let count = 0;
  while (count < BATCH_SIZE && count < queue.length && !queue[count]?.saliency && queue[count]?.top === top) count++;
  return queue.splice(0, count);
}

async function classify(session: PredictSession, requests: LineRequest[]): Promise<void> {
  const started = performance.now();
  const images = await session.classify(
    requests.map(({ input }) => input),
    requests[0]?.top ?? 1,
  );
  const ms = (performance.now() - started) / requests.length;
  images.forEach((image, i) => {
    const id = requests[i]?.id;
    if ('top' in image) write({ id, top: image.top, ms });
    else write({ id, cause: image.skipped, message: image.message });
  });
}

async function explain(
  session: PredictSession,
  explainers: Map<SaliencyMethod, Saliency>,
  { input, saliency }: LineRequest,
): Promise<object> {
  if (!saliency) return {};
  const started = performance.now();
  let explainer = explainers.get(saliency.method);
  if (!explainer) {
    explainer = new Saliency(session, saliency.method);
    explainers.set(saliency.method, explainer);
  }
  try {
    const { label, probability, heat, pixels } = await explainer.explain(input, saliency.label);
    const ms = performance.now() - started;
    const image = (await imagePng(pixels, heat.width, heat.height)).toString('base64');
    return { saliency: { label, probability, image, heat: (await heatPng(heat)).toString('base64') }, ms };
  } catch (error) {
    if (error instanceof DecodeFailure) return { cause: error.skipCause, message: error.message };
    if (error instanceof Problem) return { cause: error.code, message: `${error.message} ${error.advice}` };
    return { cause: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

function parseRequest(line: string, top: number): LineRequest | null {
  try {
    const { id, path, name, data, top: own, saliency, label } = JSON.parse(line) as Record<string, unknown>;
    if (typeof id !== 'number') return null;
    const input = inputOf(path, name, data);
    if (!input) return null;
    const method = saliencyMethods.find((name) => name === saliency) ?? null;
    return {
      id,
      input,
      top: typeof own === 'number' && own >= 1 ? Math.floor(own) : top,
      saliency: method && { method, label: typeof label === 'string' ? label : null },
    };
  } catch {
    return null;
  }
}

function inputOf(path: unknown, name: unknown, data: unknown): ImageInput | null {
  if (typeof path === 'string') return { path };
  if (typeof data !== 'string') return null;
  return { path: typeof name === 'string' ? name : 'image', bytes: new Uint8Array(Buffer.from(data, 'base64')) };
}

function write(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
