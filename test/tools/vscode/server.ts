import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** User settings of every VS Code we start: no network, no assistants, no dialogs in the way. */
export const baseSettings: Record<string, unknown> = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.colorTheme': 'Dark Modern',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'json.schemaDownload.enable': false,
  'files.simpleDialog.enable': true,
};

export interface ServerOptions {
  /** Folder of VS Code's server. */
  vscode: string;
  /** Folder for settings, extensions, state and sockets. */
  home: string;
  settings?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
  /** 0: any free port. */
  port?: number;
  /** Ask whether the folder's authors are trusted, as a desktop VS Code does. */
  workspaceTrust?: boolean;
}

export interface Server {
  port: number;
  /** The connection token: without it the server answers nobody. */
  token: string;
  home: string;
  /** Address of the workbench with `folder` open; carries the connection token. */
  url(folder?: string): string;
  log(): string;
  stop(): Promise<void>;
  exited: Promise<void>;
}

const graceMs = 4000;

/** Starts VS Code's server on 127.0.0.1 behind a fresh connection token. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { vscode, home } = options;
  const userData = path.join(home, 'user-data');
  fs.mkdirSync(path.join(userData, 'User'), { recursive: true });
  fs.mkdirSync(path.join(home, 'extensions'), { recursive: true });
  const trust = options.workspaceTrust ? {} : { 'security.workspace.trust.enabled': false };
  const settings = { ...baseSettings, ...trust, ...options.settings };
  fs.writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify(settings, null, 2));

  const token = randomBytes(16).toString('hex');
  const tokenFile = path.join(home, 'token');
  fs.writeFileSync(tokenFile, token, { mode: 0o600 });
  const child = spawn(
    process.execPath,
    [
      path.join(vscode, 'out/server-main.js'),
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--connection-token-file', tokenFile],
      ...['--accept-server-license-terms', '--telemetry-level', 'off', '--reconnection-grace-time', '5'],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...folderArguments(home),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      env: {
        ...process.env,
        VSCODE_CWD: home,
        XDG_RUNTIME_DIR: home,
        EXTENSIONS_GALLERY: '{"serviceUrl":""}',
        ...options.env,
      },
    },
  );

  let log = '';
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = () => signalGroup(child, 'SIGKILL');
  process.once('exit', kill);
  const port = await new Promise<number>((resolve, reject) => {
    const read = (data: Buffer) => {
      log += data;
      const found = /Extension host agent listening on (\d+)/.exec(log);
      if (found) resolve(Number(found[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`VS Code's server ended with ${code}\n${log}`)));
    setTimeout(() => reject(new Error(`VS Code's server did not start within a minute\n${log}`)), 60_000).unref();
  }).catch((error) => {
    kill();
    throw error;
  });

  return {
    port,
    token,
    home,
    url(folder) {
      const url = new URL(`http://127.0.0.1:${port}/`);
      url.searchParams.set('tkn', token);
      if (folder) url.searchParams.set('folder', folder);
      return url.toString();
    },
    log: () => log,
    exited,
    async stop() {
      process.removeListener('exit', kill);
      signalGroup(child, 'SIGTERM');
      const timer = setTimeout(kill, graceMs);
      await exited;
      clearTimeout(timer);
      kill();
    },
  };
}

/** Arguments that keep all of a VS Code's state in `home`. */
export function folderArguments(home: string): string[] {
  return [
    ...['--user-data-dir', path.join(home, 'user-data')],
    ...['--extensions-dir', path.join(home, 'extensions')],
    ...['--server-data-dir', path.join(home, 'server-data')],
  ];
}

/** The server and the extension hosts it forked; a run that Loupe started has its own group and lives on. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (!child.pid) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}
