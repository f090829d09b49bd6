import fs from 'node:fs';
import path from 'node:path';
import { root } from '../paths.ts';

/**
 * Names, licences and licence texts of everything of others that a package holds.
 * @param bundled files that esbuild bundled, relative to the repository
 * @param copied packages that are copied whole
 */
export function notices(bundled: string[], copied: string[]): string {
  const names = new Set([...bundled.flatMap(packageOf), ...copied, ...alwaysThere]);
  const sections = [...names].sort().map((name) => section(name, path.join(root, 'node_modules', name)));
  return `# Third-party notices\n\nLoupe is under the MIT licence (LICENSE). It holds the software below.\n\n${sections.join('\n')}\n${libvips}`;
}

/** Copied by esbuild.mjs rather than bundled. */
const alwaysThere = ['@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-node-gpu', 'node-api-headers', 'webgpu'];

const libvips = `## libvips and the libraries it is built with (in dist/node_modules/@img)

LGPL-3.0-or-later, as a shared library that can be replaced; sources, versions and the licences of every library:
<https://github.com/lovell/sharp-libvips>.
`;

/** `node_modules/@scope/name/…` or `node_modules/name/…`, the innermost. */
function packageOf(file: string): string[] {
  const found = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file);
  return found?.[1] ? [found[1]] : [];
}

function section(name: string, folder: string): string {
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    version: string;
    license?: string;
  };
  const file = fs.readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file ? fs.readFileSync(path.join(folder, file), 'utf8').trim() : '';
  return `## ${name} ${manifest.version}\n\n${manifest.license ?? 'see below'}\n${text ? `\n\`\`\`text\n${text}\n\`\`\`\n` : ''}`;
}
