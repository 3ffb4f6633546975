import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

describe('docs/reference', () => {
  it('T0: the reference matches the code; npm run docs prints it again', () => {
    const root = join(import.meta.dirname, '..');

    const args = ['--disable-warning=ExperimentalWarning', 'tools/print-reference.ts', '--check'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });

    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
