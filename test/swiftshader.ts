import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where Debian's and Chromium's own packages keep the software Vulkan device and its loader. */
const places = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const device = 'libvk_swiftshader.so';
const loader = 'libvulkan.so.1';

/**
 * Environment in which a process finds Chromium's SwiftShader, a GPU in software, for tests of the webgpu engine.
 * @returns undefined where no Chromium with it is installed.
 */
export function swiftShaderEnvironment(): NodeJS.ProcessEnv | undefined {
  const chromium = places.find((folder) => fs.existsSync(path.join(folder, device)));
  if (process.platform !== 'linux' || !chromium) return undefined;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-swiftshader-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const icd = path.join(folder, 'icd.json');
  const description = { library_path: path.join(chromium, device), api_version: '1.0.5' };
  fs.writeFileSync(icd, JSON.stringify({ file_format_version: '1.0.0', ICD: description }));
  const own = path.join(chromium, loader);
  if (fs.existsSync(own)) fs.symlinkSync(own, path.join(folder, loader));
  return { ...process.env, LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: icd, VK_DRIVER_FILES: icd };
}

/** What `engine.adapter` names it by. */
export const swiftShader = 'swiftshader';
