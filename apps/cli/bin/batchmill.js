#!/usr/bin/env node
/*
 * Starts the command on the Node that it needs: on this one, or, where this one is too old, on the one that was installed
 * with Batchmill. Plain JavaScript, so that it runs on old ones.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

if (!existsSync(main)) {
  process.stderr.write('batchmill is not built: run "npm run build" first\n');
  process.exitCode = 1;
} else if (Number(process.versions.node.split('.')[0]) >= neededMajor) {
  startHere();
} else {
  startOn(installedNode());
}

function startHere() {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    if (name !== 'ExperimentalWarning') process.stderr.write(`${name}: ${message}\n`);
  });
  void import(new URL('../dist/main.js', import.meta.url).href);
}

function startOn(node) {
  if (node === null) {
    process.stderr.write(
      `batchmill needs Node ${neededMajor} or newer, and this is ${process.versions.node}: run "npm ci", which installs one beside it\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; the command takes two within a moment for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${node} does not start: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** The `node` package that `npm ci` installs; null when it is not there. */
function installedNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}
