import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { machineLine } from './report.ts';

/*
 * `npm run bench:real`: measures the engine on the real servers that `npm run servers:up` started. Each part is a separate
 * process, one after another, so that the memory and the clients of one do not affect the next.
 */
const parts = ['start.ts', 'restart-on-servers.ts', 'real-engine.ts', 'milvus.ts', 'bus.ts'];
process.stdout.write(machineLine());
for (const part of parts) {
  process.stdout.write('\n');
  const file = join(import.meta.dirname, part);
  const quiet = ['ExperimentalWarning', 'TimeoutNegativeWarning'].map((warning) => `--disable-warning=${warning}`);
  const child = spawn(process.execPath, [...quiet, file], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.exit(code ?? 1);
}
