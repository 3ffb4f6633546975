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
  stdio: 'inherit',
});
// A terminal sends Ctrl-C to both; a signal sent to this process alone is passed on.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
