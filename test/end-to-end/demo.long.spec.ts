import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demo } from './command.js';

describe('the demo', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-demo-'));
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it('T1: the demo embeds all documents, summarises some, finds the package that a question is about, and embeds nothing twice', async () => {
    const first = await demo(cwd);
    const second = await demo(cwd);

    expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: '' });
    expect(first.out).toMatch(/processed [\d,]+, succeeded [\d,]+, failed 0/);
    for (const [query, best] of [
      ['check that a class property is an email address with a decorator', 'class-validator'],
      ['the fastest JSON schema validator', 'ajv'],
      ['show a progress bar in the terminal', 'cli-progress'],
    ] as const) {
      expect(first.out).toMatch(new RegExp(`"${query}"\\n +0\\.\\d\\d +${best} `));
    }
    expect(second.code).toBe(0);
    expect(second.out).toContain('processed 0, succeeded 0, failed 0');
  });
});
