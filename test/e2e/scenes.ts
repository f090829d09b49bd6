import fs from 'node:fs';
import path from 'node:path';
import { ZipFile } from '../../src/interop/zip-file.ts';
import { sharedData, withoutData } from '../shared-data.ts';

const archive = 'intel-scenes-100px.zip';

/** Why there are no photographs of scenes here; false: there are. */
export const withoutScenes = withoutData(archive);

/** Puts `perClass` real photographs of each of the classes into `<folder>/<class>`. */
export function copyScenes(folder: string, classes: readonly string[], perClass: number): void {
  const zip = new ZipFile(sharedData(archive));
  try {
    for (const name of classes) {
      fs.mkdirSync(path.join(folder, name), { recursive: true });
      const inside = zip.entries.filter(
        (entry) => entry.name.includes(`/train/${name}/`) && entry.name.endsWith('.jpg'),
      );
      for (const entry of inside.slice(0, perClass))
        fs.writeFileSync(path.join(folder, name, path.basename(entry.name)), zip.read(entry.name));
    }
  } finally {
    zip.close();
  }
}
