import fs from 'node:fs';
import path from 'node:path';
import { root } from '../paths.ts';

/**
 * Puts this working copy among the extensions of a VS Code, without packaging: links to `dist/` and `media/`, so that a
 * rebuild needs a window reload only. Works in any browser, unlike a development extension.
 * @param extensions the `--extensions-dir`
 */
export function linkExtension(extensions: string): void {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, string>;
  const folder = path.join(extensions, `${manifest.publisher}.${manifest.name}-${manifest.version}`);
  fs.mkdirSync(folder, { recursive: true });
  for (const name of fs.readdirSync(root)) {
    if (/^(package(\.nls.*)?\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(name)) {
      fs.copyFileSync(path.join(root, name), path.join(folder, name));
    }
  }
  for (const name of ['dist', 'media']) fs.symlinkSync(path.join(root, name), path.join(folder, name), 'junction');
}
