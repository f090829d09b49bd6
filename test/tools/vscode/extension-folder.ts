import fs from 'node:fs';
import path from 'node:path';
import { root } from '../paths.ts';

/**
 * Puts this working copy among the extensions of a VS Code, without packaging, so that a rebuild needs a window reload only.
 * Works in any browser, unlike a development extension. The folder is linked as a whole: VS Code tells an extension by the
 * folder that its code really is in.
 * @param extensions the `--extensions-dir`
 */
export function linkExtension(extensions: string): void {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, string>;
  const folder = path.join(extensions, `${manifest.publisher}.${manifest.name}-${manifest.version}`);
  fs.mkdirSync(extensions, { recursive: true });
  fs.symlinkSync(root, folder, 'junction');
}
