import fs from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { root } from '../paths.ts';
import { type Counts, noCounts } from './counts.ts';

/** Runs test files with node:test, each in a process of its own, `atOnce` of them at a time, and shows them as they end. */
export async function runNodeTests(patterns: string[], { atOnce = 1 }: { atOnce?: number }): Promise<Counts> {
  const files = fs.globSync(patterns, { cwd: root }).sort();
  if (files.length === 0) return noCounts;
  const stream = run({ files: files.map((file) => path.join(root, file)), cwd: root, concurrency: atOnce });
  let counts = noCounts;
  stream.on('test:summary', (event) => {
    // A summary without a file is the one of all files.
    if (event.file !== undefined) return;
    const { passed, failed, cancelled, skipped, todo } = event.counts as typeof event.counts & { failed: number };
    counts = { passed, failed: failed + cancelled, skipped: skipped + todo };
  });
  for await (const text of stream.compose(new spec())) process.stdout.write(String(text));
  return counts;
}
