import { capture } from './command.ts';
import { root } from './paths.ts';

/** Bundles everything into `out` (`dist/`). @throws with esbuild's messages. */
export async function build({ minify = false, out }: { minify?: boolean; out?: string } = {}): Promise<void> {
  const args = ['esbuild.mjs', ...(minify ? ['--minify'] : []), ...(out ? [`--out=${out}`] : [])];
  await capture(process.execPath, args, { cwd: root });
}
