#!/usr/bin/env node
// The `loupe` command. 22.18 is the first Node that has node:sqlite and runs TypeScript sources without a flag.
import { runWithNode } from './run-with-node.mjs';

await runWithNode(new URL('./cli.ts', import.meta.url), process.argv.slice(2), [22, 18]);
