#!/usr/bin/env node
/* Starts the command on a Node that is new enough: the machine's own, else the one that comes with the dependencies. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
if (!existsSync(main)) {
  process.stderr.write('batchmill is not built yet: run "npm run build" first\n');
  process.exit(1);
}

const isNewEnough = Number(process.versions.node.split('.')[0]) >= 24;
const node = isNewEnough
  ? process.execPath
  : join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
// V8 lets its nursery grow to a hundred megabytes under this load; a small one is as quick.
const nursery = '--max-semi-space-size=16';
const child = spawn(node, ['--disable-warning=ExperimentalWarning', nursery, main, ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});

// A terminal sends Ctrl-C to both processes, and npm sends it once more to this one; `kill` may name this one alone. The
// child tells which signals it got: one that did not reach it is passed on.
const waitMs = 1000;
const toldAt = new Map();
child.on('message', (signal) => toldAt.set(signal, performance.now()));
const waiting = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (waiting.has(signal)) return;
    waiting.add(signal);
    const since = performance.now() - waitMs;
    setTimeout(() => {
      waiting.delete(signal);
      if ((toldAt.get(signal) ?? -Infinity) < since) child.kill(signal);
    }, waitMs);
  });
}
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
