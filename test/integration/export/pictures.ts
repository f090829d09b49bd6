import { createRequire } from 'node:module';
import { decodeImage } from '../../../src/images/decode.ts';
import type { Preprocess } from '../../../src/images/preprocess.ts';

interface Icons {
  icons: Record<string, { body: string }>;
  width: number;
  height: number;
}

/** `count` pictures as a network sees them, [count, height, width, channel]: emoji from across an artist's set. */
export async function pictures(count: number, preprocess: Preprocess): Promise<Uint8Array> {
  const { icons, width, height } = createRequire(import.meta.url)('@iconify-json/twemoji/icons.json') as Icons;
  const bodies = Object.values(icons).map(({ body }) => body);
  const images = await Promise.all(
    Array.from({ length: count }, (_, i) => {
      const body = bodies[Math.floor(((i + 0.5) * bodies.length) / count)];
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="72" height="72" viewBox="0 0 ${width} ${height}">${body}</svg>`;
      return decodeImage(Buffer.from(svg), preprocess);
    }),
  );
  return Buffer.concat(images);
}
