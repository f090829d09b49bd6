import { makeDemo } from './demo/make.ts';
import { demoFolder } from './paths.ts';

const started = performance.now();
const images = await makeDemo(demoFolder);
process.stdout.write(`${images} images in ${demoFolder} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);
