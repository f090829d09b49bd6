import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** What the tests need from the system, and how to see that it is there. */
const needs = {
  chromium: {
    packages: ['chromium', 'fonts-dejavu-core'],
    present: () => findChromium() !== undefined,
    without:
      'Nothing that runs in VS Code can be tested: install it, or set CHROMIUM to the path of a Chromium or Chrome.',
  },
  clang: {
    packages: ['clang-19', 'lld-19'],
    present: () => onPath('clang-19') && onPath('wasm-ld-19'),
    without: 'The WebAssembly kernels are not rebuilt and compared.',
  },
  compiler: {
    packages: ['g++', 'python3-venv'],
    present: () => onPath('g++') && onPath('python3'),
    without: 'The binding to TensorFlow is not built.',
  },
} satisfies Record<string, { packages: string[]; present: () => boolean; without: string }>;

export type Need = keyof typeof needs;

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => fs.existsSync(path.join(folder, program)));
}

/** CHROMIUM, else a Chromium or Chrome in a usual place. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const places =
    process.platform === 'darwin'
      ? [
          '/Applications/Chromium.app/Contents/MacOS/Chromium',
          '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        ]
      : process.platform === 'win32'
        ? [`${env.PROGRAMFILES}\\Google\\Chrome\\Application\\chrome.exe`]
        : ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return [env.CHROMIUM, ...places].find((place) => place && fs.existsSync(place));
}

/**
 * Installs Debian's packages for `need` where it is missing and that is possible (as root).
 * @returns undefined where it is there, else one sentence that says what is missing, what follows and what to do.
 */
export function ensureSystem(need: Need, say: (message: string) => void): string | undefined {
  const { packages, present, without } = needs[need];
  if (present()) return undefined;
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    say(`installing ${packages.join(' ')} …`);
    const options: ExecFileSyncOptions = {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    };
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
  }
  return present() ? undefined : `There is no ${need} here ("sudo apt-get install ${packages.join(' ')}"). ${without}`;
}
