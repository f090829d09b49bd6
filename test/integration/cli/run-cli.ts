import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

export const cliFile = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  nodeArguments?: string[];
  /** Called with all of stderr so far, whenever more comes. */
  onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the command as a user would; its cache is inside `cwd`. */
export function runCli(
  args: string[],
  { cwd, env = {}, nodeArguments = [], onStderr }: CliOptions,
): Promise<CliResult> {
  const child = spawn(process.execPath, [...nodeArguments, cliFile, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', LOUPE_CACHE: path.join(cwd, 'cache'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 240_000,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onStderr?.(stderr, (signal) => child.kill(signal));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A folder that is gone when the test ends. */
export function workFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-cli-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** Two classes of noisy squares that anybody can tell apart, and one file that is no image. */
export async function makeImages(folder: string, perClass: number, size = 16): Promise<void> {
  for (const [at, name] of ['blue', 'red'].entries()) {
    const target = path.join(folder, name);
    fs.mkdirSync(target, { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const pixels = Buffer.alloc(size * size * 3);
      for (let p = 0; p < pixels.length; p++) {
        const own = at === 0 ? p % 3 === 2 : p % 3 === 0;
        pixels[p] = (own ? 180 : 30) + ((p * 7 + i * 13) % 40);
      }
      await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
        .png()
        .toFile(path.join(target, `${i}.png`));
    }
  }
  fs.writeFileSync(path.join(folder, 'red', 'notes.png'), 'not an image');
}
