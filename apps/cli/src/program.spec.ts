import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { program } from './program.js';

/** What these print is read by a shell, or is a log. */
const withoutJson = ['serve', 'completion', 'complete'];

function leaves(command: Command, path: string): [string, Command][] {
  if (command.commands.length === 0) return [[path, command]];
  return command.commands.flatMap((inner) => leaves(inner, `${path} ${inner.name()}`.trim()));
}

describe('the command line', () => {
  it.each(leaves(program(), '').filter(([path]) => !withoutJson.includes(path)))(
    'every command that prints takes --json: %s',
    (_path, command) => {
      expect(command.options.map(({ long }) => long)).toContain('--json');
    },
  );
});
