import { main } from './cli/main.ts';

// An engine may keep threads that would hold the process open after everything is done.
process.exit(await main(process.argv.slice(2)));
