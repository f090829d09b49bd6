import { runTrainJob } from '../../../src/training/run-job.ts';

// What `loupe train <job folder>` does, without the rest of the CLI.
const outcome = await runTrainJob(process.argv[2] as string);
process.exitCode = outcome === 'failed' ? 1 : 0;
