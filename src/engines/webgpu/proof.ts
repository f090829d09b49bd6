import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot, writeJson } from '../../files.ts';
import { Problem } from '../../problem.ts';
import { CRASHED, type EngineProbe, probeEngine, probing } from '../probe.ts';

/** Where Vulkan's loader finds its drivers on Linux; Windows installs every driver below the last. */
const driverFolders = [
  '/usr/share/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  '/etc/vulkan/icd.d',
  'C:\\Windows\\System32\\DriverStore\\FileRepository',
];
const driverVariables = ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES', 'LD_LIBRARY_PATH'];

/**
 * Before a graphics driver is loaded into this process for the first time, a process of its own opens the adapter and trains a few
 * steps on it: a driver that crashes would end a run here. That it works, or crashes, is kept until a driver, Dawn or Node changes.
 * @param adapter as in `engine.adapter`
 * @throws Problem `webgpu-crashed`; other faults are left to this process, which has them in full.
 */
export async function proveAdapter(adapter: string): Promise<void> {
  if (probing()) return;
  const known = readProofs()[proofKey(adapter)];
  if (known === true) return;
  if (typeof known === 'string') throw crash(known);
  const probe = await probeEngine('webgpu', { adapter });
  rememberAdapter(adapter, probe);
  if (!probe.works && probe.code === CRASHED) throw crash(probe.reason);
}

/** Keeps what a probe found; only that the adapter works, or ends its process, is worth keeping. */
export function rememberAdapter(adapter: string, probe: EngineProbe): void {
  if (!probe.works && probe.code !== CRASHED) return;
  const found = probe.works ? true : probe.reason;
  try {
    fs.mkdirSync(path.dirname(proofsFile()), { recursive: true });
    writeJson(proofsFile(), { ...readProofs(), [proofKey(adapter)]: found });
  } catch {
    // A cache that can't be written costs a probe each time, and no run.
  }
}

function proofsFile(): string {
  return path.join(cacheRoot(), 'webgpu', 'proofs.json');
}

/** Empty where there are none yet, or the file is damaged. */
function readProofs(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(proofsFile(), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function proofKey(adapter: string): string {
  const { node, electron = '' } = process.versions;
  const variables = driverVariables.map((name) => process.env[name] ?? '');
  const facts = [adapter, node, electron, os.release(), stampOfDawn(), ...variables, ...driverFolders.flatMap(stamps)];
  return createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 16);
}

function stampOfDawn(): string {
  try {
    return stamp(fileURLToPath(import.meta.resolve('webgpu')));
  } catch {
    return '';
  }
}

/** Of a folder and what is in it; a driver that is updated writes its description anew. */
function stamps(folder: string): string[] {
  try {
    const own = process.platform === 'win32' ? [] : fs.readdirSync(folder).map((name) => path.join(folder, name));
    return [folder, ...own].map(stamp);
  } catch {
    return [];
  }
}

function stamp(file: string): string {
  const { size, mtimeMs } = fs.statSync(file);
  return `${file} ${size} ${mtimeMs}`;
}

function crash(reason: string): Problem {
  return new Problem(
    'webgpu-crashed',
    `The GPU's driver ends every process that trains on it. ${reason}`,
    'Update the driver, or use another engine; “loupe engines” tries it anew.',
  );
}
