import { execFile, spawn } from 'node:child_process';

/** Runs a command to its end and returns its stdout. @throws with the tail of its output when it fails. */
export function capture(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeout?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 1 << 28, ...options }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const tail = `${stdout.slice(-2000)}${stderr.slice(-4000)}`.trim();
      reject(new Error(`${command} ${args.join(' ')} failed (${error.code ?? error.signal})\n${tail}`));
    });
  });
}

/** Runs a command with this terminal's output. @returns its exit code. */
export function show(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  return new Promise<number>((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs npm as the script that called us does, so that it works with every npm, on Windows too. */
export function npm(args: string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<string> {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return capture(process.execPath, [script, ...args], options);
  return process.platform === 'win32'
    ? capture('cmd.exe', ['/c', 'npm', ...args], options)
    : capture('npm', args, options);
}
