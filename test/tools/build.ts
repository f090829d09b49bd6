import { capture } from './command.ts';
import { root } from './paths.ts';

/** Bundles everything into `dist/`. @throws with esbuild's messages. */
export async function build(options: { minify?: boolean } = {}): Promise<void> {
  await capture(process.execPath, ['esbuild.mjs', ...(options.minify ? ['--minify'] : [])], { cwd: root });
}
