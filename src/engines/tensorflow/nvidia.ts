import fs from 'node:fs';
import path from 'node:path';

/** Names of the NVIDIA cards that the driver on Linux or in WSL knows, e.g. `NVIDIA GeForce RTX 4070`. */
export function nvidiaCards(folder = '/proc/driver/nvidia/gpus'): string[] {
  let cards: string[];
  try {
    cards = fs.readdirSync(folder).sort();
  } catch {
    return [];
  }
  return cards.map((card) => {
    try {
      const text = fs.readFileSync(path.join(folder, card, 'information'), 'utf8');
      return /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? 'NVIDIA GPU';
    } catch {
      return 'NVIDIA GPU';
    }
  });
}

/** In WSL the driver shows itself by its library only. */
export function hasNvidiaCard(): boolean {
  return nvidiaCards().length > 0 || fs.existsSync('/usr/lib/wsl/lib/libcuda.so.1');
}
