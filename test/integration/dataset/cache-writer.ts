// A process that fills the decoded cache: `node cache-writer.ts <folder> <first> <count>`; prints a line when done, with `problem`.
import { openDecodedCache } from '../../../src/images/decoded-cache.ts';
import { cacheSettings, hashOf, pixelsOf } from './cache-records.ts';

const [folder = '', first = '0', count = '0'] = process.argv.slice(2);
const cache = openDecodedCache(cacheSettings, { folder });
for (let i = Number(first); i < Number(first) + Number(count); i++) cache.add(hashOf(i), pixelsOf(i));
process.stdout.write(`${JSON.stringify({ problem: cache.problem })}\n`);
cache.close();
