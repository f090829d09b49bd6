// `node bench/tool.mjs <name> …` starts bench/<name>.ts with Node 24, whichever Node npm itself runs on.
import { runWithNode } from '../src/run-with-node.mjs';

const [name, ...args] = process.argv.slice(2);
await runWithNode(new URL(`./${name}.ts`, import.meta.url), args, [24, 0]);
