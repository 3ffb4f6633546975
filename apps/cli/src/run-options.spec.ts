import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOptionsFrom, withRunFlags, type RunFlags } from './run-options.js';

function parametersOf(...args: string[]): unknown {
  const command = withRunFlags(new Command('run')).parse(args, { from: 'user' });
  return runOptionsFrom(command.opts<RunFlags>()).parameters;
}

it('R2: a parameter that is given several times is a list of the unsplit values', () => {
  expect(
    parametersOf('--param', 'tone=brief', '--param', 'questions=What, where?', '--param', 'questions=When?'),
  ).toEqual({
    tone: 'brief',
    questions: ['What, where?', 'When?'],
  });
});

it('R2: a value may contain an equals sign, and may be empty', () => {
  expect(parametersOf('--param', 'formula=a=b', '--param', 'none=')).toEqual({ formula: 'a=b', none: '' });
});

describe('files with an entry per line', () => {
  let file: string;
  beforeEach(() => {
    file = join(mkdtempSync(join(tmpdir(), 'batchmill-lines-')), 'companies.txt');
  });
  afterEach(() => rmSync(join(file, '..'), { recursive: true }));

  it('Y8: a byte order mark is no part of the first entry', () => {
    writeFileSync(file, '\ufeffAcme\r\nRovere\r\n');

    expect(parametersOf('--companies-file', file)).toEqual({ companies: ['Acme', 'Rovere'] });
  });

  it('Y8: a file that is not UTF-8 is refused', () => {
    writeFileSync(file, Buffer.from('Größe', 'latin1'));

    expect(() => parametersOf('--companies-file', file)).toThrow(
      `--companies-file: found ${file}, which cannot be read (it is not UTF-8; save it as UTF-8)`,
    );
  });
});
