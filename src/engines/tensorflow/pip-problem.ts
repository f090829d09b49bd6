import { Problem } from '../../problem.ts';

/** What pip's or venv's output means, in words. @param output all of it; @param what was to be installed, e.g. `tensorflow-cpu`. */
export function pipProblem(output: string, what: string, python: string): Problem {
  const last =
    output
      .trim()
      .split('\n')
      .findLast((line) => /error/i.test(line)) ??
    output.trim().split('\n').at(-1) ??
    '';
  if (/^spawn .*ENOENT/.test(output)) {
    return new Problem('no-python', `There is no Python ${python}.`, 'Name one that is there: --python <path>.');
  }
  if (/ensurepip is not available|No module named '?(venv|ensurepip)/i.test(output)) {
    return new Problem(
      'no-venv',
      `${python} can't make an environment: its venv module is missing.`,
      'Install it (on Debian and Ubuntu: apt install python3-venv) and try again.',
    );
  }
  if (/No space left on device|Errno 28/i.test(output)) {
    return new Problem(
      'disk-full',
      `The disk is full: ${what} needs about ${what.includes('cuda') ? '7' : '2'} GB in Loupe's cache folder.`,
      'Make room, or set LOUPE_CACHE to a folder on a larger disk.',
    );
  }
  if (
    /NewConnectionError|name resolution|Name or service not known|ConnectTimeout|ProxyError|SSLError|Network is unreachable/i.test(
      output,
    )
  ) {
    return new Problem(
      'no-network',
      `pip could not reach the package index: ${last.trim().slice(0, 200)}`,
      'Check the network and its proxy (HTTPS_PROXY, pip config), or install TensorFlow yourself and run loupe setup --use <folder>.',
    );
  }
  if (/\(from versions: none\)/i.test(output)) {
    return new Problem(
      'no-tensorflow-found',
      `pip found no ${what} for ${python} on this machine (${process.platform} ${process.arch}): the package index can't be reached, or has none for it.`,
      'TensorFlow is made for Python 3.9 to 3.13 on 64-bit Linux with glibc and on macOS. Check the network and its proxy, or name another Python: --python <path>.',
    );
  }
  if (/No matching distribution found|Could not find a version that satisfies/i.test(output)) {
    return new Problem(
      'no-tensorflow-for-python',
      `There is no ${what} for ${python} on this machine (${process.platform} ${process.arch}).`,
      'TensorFlow is made for Python 3.9 to 3.13 on 64-bit Linux with glibc and on macOS. Name another Python: --python <path>.',
    );
  }
  return new Problem(
    'pip-failed',
    `Installing ${what} failed: ${last.trim().slice(0, 300)}`,
    'Run it again; if it happens again, install TensorFlow yourself and run loupe setup.',
  );
}
