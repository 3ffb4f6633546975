import { Command } from 'commander';
import { exitCodes } from '../exit-codes.js';
import { parseParameter, type RunFlags } from '../run-options.js';
import { printJson } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';
import { sumOf, verificationText } from '../verify/verification-text.js';
import { verifyVectors } from '../verify/verify-vectors.js';
import { withEngine } from '../with-engine.js';

interface Flags {
  readonly param?: NonNullable<RunFlags['param']>;
  readonly fix?: true;
  readonly prune?: true;
  readonly json?: true;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .argument('<pipeline>', 'the pipeline whose documents and vectors are compared')
    .option('--param <key=value...>', 'a parameter of the pipeline, as of run', parseParameter)
    .option(
      '--fix',
      'make documents pending whose vector is missing, stale or of another model, so that the next run embeds them; update the fields of vectors, without sending anything; and --prune',
    )
    .option('--prune', 'delete vectors whose document is gone, has no text any more, or does not match')
    .option('--json', 'as JSON')
    .action(verify);
}

async function verify(name: string, { param, fix, prune, json }: Flags): Promise<void> {
  const verification = await withEngine((engine) =>
    verifyVectors(engine, name, {
      ...(param !== undefined && { parameters: param }),
      requests: fix === true,
      prunes: fix === true || prune === true,
    }),
  );
  if (json) printJson(verification);
  else process.stdout.write(verificationText(verification, terminalColumns()));
  if (sumOf(verification) > verification.mended.deleted + verification.mended.updated)
    process.exitCode = exitCodes.someFailed;
}
