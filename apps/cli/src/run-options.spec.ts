import { expect, it } from '@jest/globals';
import { Command } from 'commander';
import { askedBy, withRunFlags, type RunFlags } from './run-options.js';

function parametersOf(...args: string[]): unknown {
  const command = withRunFlags(new Command('run')).parse(args, { from: 'user' });
  return askedBy(command.opts<RunFlags>()).parameters;
}

it('R2: a parameter that is said several times is a list, each as it stands', () => {
  expect(
    parametersOf('--param', 'tone=brief', '--param', 'questions=What, where?', '--param', 'questions=When?'),
  ).toEqual({
    tone: 'brief',
    questions: ['What, where?', 'When?'],
  });
});

it('R2: a value may hold an equals sign, and be empty', () => {
  expect(parametersOf('--param', 'formula=a=b', '--param', 'none=')).toEqual({ formula: 'a=b', none: '' });
});
