import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { hasEnded, nameOfProcess } from './process-name.js';

/** The name that another process of this place would have. */
async function nameOfEnded(): Promise<string> {
  const child = spawn(process.execPath, ['--eval', '0'], { stdio: 'ignore' });
  const { pid } = child;
  await once(child, 'exit');
  return nameOfProcess('poller', 'a1').replace(`-${process.pid}-`, `-${pid}-`);
}

describe('the name of a process', () => {
  it('R7: tells another process of the same place that this one runs', () => {
    expect(hasEnded(nameOfProcess('status-poller', 'a1'))).toBe(false);
  });

  it('R7: tells that a process has ended', async () => {
    expect(hasEnded(await nameOfEnded())).toBe(true);
  });

  it('R7: tells that a process has ended whose id was given to another one', () => {
    const [, place = ''] = nameOfProcess('status-poller', 'a1').split('@');
    const earlier = `status-poller-${process.pid}-a1@${place.split('.')[0]}.1`;

    expect(hasEnded(earlier)).toBe(true);
  });

  it('R7: of a frozen process tells that it runs', async () => {
    const child = spawn(process.execPath, ['--eval', 'setTimeout(() => {}, 600_000)'], { stdio: 'ignore' });
    const name = nameOfProcess('poller', 'a1').replace(
      /-\d+-a1@(\w+)\.\d+/,
      `-${child.pid}-a1@$1.${await startOf(child.pid)}`,
    );
    child.kill('SIGSTOP');

    expect(hasEnded(name)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(hasEnded(name)).toBe(true);
  });

  it.each([
    ['was started at another place', (name: string) => name.replace(/@\w+/, '@0123456789ab')],
    ['does not say where it was started', (name: string) => name.replace(/@.*/, '')],
    ['has another form', () => 'a holder'],
  ])('R7: tells nothing of a process that %s', async (_, change) => {
    expect(hasEnded(change(await nameOfEnded()))).toBe(false);
  });
});

async function startOf(pid: number | undefined): Promise<string> {
  return (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')[19] ?? '';
}
