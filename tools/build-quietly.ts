/**
 * Builds without the build's output, which is printed only when the build fails. A build that takes a while is announced, on
 * standard error. Exits with the build's exit code.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const announcedAfterMs = 2_000;

const build = spawn('npm', ['run', '--silent', 'build'], {
  stdio: ['ignore', 'pipe', 'pipe'],
  shell: process.platform === 'win32',
});
const output: Buffer[] = [];
for (const stream of [build.stdout, build.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
const announcement = setTimeout(() => process.stderr.write('building first, which takes a while\n'), announcedAfterMs);
const [code] = (await once(build, 'close')) as [number | null];
clearTimeout(announcement);
if (code !== 0) process.stderr.write(Buffer.concat(output));
process.exitCode = code ?? 1;
