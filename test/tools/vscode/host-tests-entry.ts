import fs from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

/** Runs in the extension host: every `*.test.cjs` below `folder`, the counts to the file that LOUPE_HOST_TEST_COUNTS names. */
export async function runTests(folder: string): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: PlainReporter });
  for (const file of fs.globSync('**/*.test.cjs', { cwd: folder })) mocha.addFile(path.join(folder, file));
  const counts = await new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes, failures, pending } = runner.stats ?? { passes: 0, failures: 1, pending: 0 };
      resolve({ passed: passes, failed: failures, skipped: pending });
    });
  });
  fs.writeFileSync(process.env.LOUPE_HOST_TEST_COUNTS as string, JSON.stringify(counts));
}

/** One line a test; marked, so that they can be told from VS Code's own lines. */
class PlainReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('pass', (test) => say(`✔ ${test.fullTitle()} (${test.duration} ms)`));
    runner.on('pending', (test) => say(`﹣ ${test.fullTitle()} # skipped`));
    runner.on('fail', (test, error) => say(`✖ ${test.fullTitle()}\n${error.stack ?? error}`));
  }
}

function say(text: string): void {
  console.log('%s', `[test] ${text}`);
}
