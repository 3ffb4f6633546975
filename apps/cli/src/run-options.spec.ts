import { expect, it } from '@jest/globals';
import { Command } from 'commander';
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
