import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { commands } from './commands.js';
import { program, wholeProgram } from './program.js';

const run = promisify(execFile);
const main = join(import.meta.dirname, '../dist/main.js');

/** What these print is read by a shell, or is a log. */
const withoutJson = ['serve', 'completion', 'complete'];

const whole = await wholeProgram();

function leaves(command: Command, path: string): [string, Command][] {
  if (command.commands.length === 0) return [[path, command]];
  return command.commands.flatMap((inner) => leaves(inner, `${path} ${inner.name()}`.trim()));
}

/** The packages of others that the command loads. */
async function loadedBy(...words: string[]): Promise<string[]> {
  const report = `import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ load(url, context, next) {
      const [, path] = url.split('/node_modules/');
      if (path !== undefined) loaded.add(path.split('/')[0]);
      return next(url, context);
    } });
    process.on('exit', () => process.stderr.write([...loaded].join(' ')));`;
  const { stderr } = await run(process.execPath, [
    `--import=data:text/javascript,${encodeURIComponent(report)}`,
    main,
    ...words,
  ]);
  return stderr.split(' ').sort();
}

describe('the command line', () => {
  it.each(leaves(whole, '').filter(([path]) => !withoutJson.includes(path)))(
    'every command that prints takes --json: %s',
    (_path, command) => {
      expect(command.options.map(({ long }) => long)).toContain('--json');
    },
  );

  it.each(commands.map(({ name }) => name))('the file of a command has the command of that name: %s', async (name) => {
    const root = await program([name]);
    const found = root.commands.filter(
      (command) => command.options.length + command.commands.length + command.registeredArguments.length > 0,
    );

    expect(found.map((command) => command.name())).toEqual([name]);
  });

  it.each([['--version'], ['--help'], ['help']])(
    'loads nothing of the engine, so that it is quick: %s',
    async (word) => {
      expect(await loadedBy(word)).toEqual(['commander', 'fastest-levenshtein']);
    },
  );

  it.each([
    ['help', 'run'],
    ['run', '--help'],
  ])('shows the whole help of one command: %s %s', async (...words) => {
    const { stdout } = await run(process.execPath, [main, ...words]);

    expect(stdout).toContain('--max-usd');
  });
});
