// Scans a data set into a catalogue and tells how much memory that took. `node scan-process.ts <source> <cache folder>`
import fs from 'node:fs';
import { openCatalogue } from '../../../src/catalogue/open-catalogue.ts';

const [source = '', cacheFolder = ''] = process.argv.slice(2);
const started = performance.now();
const catalogue = await openCatalogue(source, { cacheFolder });
const seconds = (performance.now() - started) / 1000;
const { count } = catalogue;
catalogue.close();
const status = fs.existsSync('/proc/self/status') ? fs.readFileSync('/proc/self/status', 'utf8') : '';
const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
const peakMegabytes = peak === undefined ? null : (Number(peak) * 1024) / 1e6;
process.stdout.write(JSON.stringify({ count, seconds, peakMegabytes }));
