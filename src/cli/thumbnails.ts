import path from 'node:path';
import { createInterface } from 'node:readline';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const DEFAULT_SIDE = 96;
/** As many images at a time as libuv's pool has threads by default. */
const AT_ONCE = 4;

export const thumbnailsVerb: Verb = {
  name: 'thumbnails',
  usage: '<image> … | --lines',
  summary: 'Make small pictures of images, kept in the cache by content.',
  details: `image is a file, or <IDX file>#<index>. With --lines, requests come as JSON lines on stdin until it ends:
{"id": 1, "path": "/data/cat.jpg", "hash": "<optional content hash>", "side": <optional, as --side>}
and each is answered by a JSON line on stdout, in any order: {"id": 1, "file": …} or {"id": 1, "cause": …, "message": …}`,
  positionals: { min: 0, max: Number.POSITIVE_INFINITY, missing: '' },
  options: {
    side: {
      type: 'string',
      value: '<pixels>',
      help: `Longest side: 64, 96, 128, 256 or 512; default ${DEFAULT_SIDE}.`,
    },
    lines: { type: 'boolean', help: 'Answer JSON lines from stdin, for programs.' },
  },
  run: thumbnails,
};

type Answer = { file: string } | { cause: string; message: string };

async function thumbnails(input: VerbInput): Promise<VerbResult> {
  const { makeThumbnail, THUMBNAIL_SIDES } = await import('../dataset/thumbnail.ts');
  const { DecodeFailure } = await import('../images/decode-failure.ts');
  const side = Number(textOf(input, 'side') ?? DEFAULT_SIDE);
  if (!THUMBNAIL_SIDES.includes(side)) {
    throw new UsageError(`--side can't be "${textOf(input, 'side')}".`, `Use one of ${THUMBNAIL_SIDES.join(', ')}.`);
  }
  const make = async (image: string, hash?: string, own = side): Promise<Answer> => {
    try {
      return { file: await makeThumbnail({ path: path.resolve(image), hash, side: own }) };
    } catch (error) {
      if (error instanceof DecodeFailure) return { cause: error.skipCause, message: error.message };
      return { cause: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  };
  if (input.values.lines === true) {
    await answerLines(make, THUMBNAIL_SIDES);
    return { json: null, text: '' };
  }
  if (input.positionals.length === 0) throw new UsageError('Which images?', 'Name files, or use --lines.');
  const images: ({ path: string } & Answer)[] = [];
  for (const image of input.positionals) images.push({ path: image, ...(await make(image)) });
  return {
    json: { side, images },
    text: images.map((image) => ('file' in image ? image.file : `${image.path}: ${image.message}`)).join('\n'),
    exitCode: images.some((image) => 'file' in image) ? 0 : 1,
  };
}

/** Several at a time, so that the threads that decode are never idle; ends with stdin. */
async function answerLines(
  make: (image: string, hash?: string, side?: number) => Promise<Answer>,
  sides: readonly number[],
): Promise<void> {
  const atWork = new Set<Promise<void>>();
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const request = parseRequest(line, sides);
    if (!request) continue;
    const work = make(request.path, request.hash, request.side).then((answer) => {
      process.stdout.write(`${JSON.stringify({ id: request.id, ...answer })}\n`);
    });
    atWork.add(work);
    void work.finally(() => atWork.delete(work));
    if (atWork.size >= AT_ONCE) await Promise.race(atWork);
  }
  await Promise.all(atWork);
}

interface LineRequest {
  id: number;
  path: string;
  hash?: string;
  side?: number;
}

function parseRequest(line: string, sides: readonly number[]): LineRequest | null {
  try {
    const { id, path: image, hash, side } = JSON.parse(line) as Record<string, unknown>;
    if (typeof id !== 'number' || typeof image !== 'string') return null;
    return {
      ...{ id, path: image },
      ...(typeof hash === 'string' && /^[0-9a-f]{32}$/.test(hash) ? { hash } : {}),
      ...(typeof side === 'number' && sides.includes(side) ? { side } : {}),
    };
  } catch {
    return null;
  }
}
