import { Command } from 'commander';
import { batchCommand } from './commands/batch.js';
import { dltCommand } from './commands/dlt.js';
import { estimateCommand } from './commands/estimate.js';
import { exportCommand } from './commands/export.js';
import { loadCommand } from './commands/load.js';
import { notifyCommand } from './commands/notify.js';
import { previewCommand } from './commands/preview.js';
import { progressCommand } from './commands/progress.js';
import { runCommand } from './commands/run.js';
import { runsCommand } from './commands/runs.js';
import { schedulesCommand } from './commands/schedules.js';
import { searchCommand } from './commands/search.js';
import { simulatorCommand } from './commands/simulator.js';
import { stuckCommand } from './commands/parked.js';
import { topicsCommand } from './commands/topics.js';

/** Every command, as the reference prints them. */
export function program(): Command {
  const root = new Command('batchmill')
    .description('Documents through the OpenAI Batch API at half price: vectors and answers, nothing paid twice.')
    .version('0.1.0')
    .addHelpText(
      'after',
      '\n--batch, --batch-status, --batch-list and their like work too: docs/how-to/from-your-flags.md',
    );
  for (const command of [
    runCommand(),
    runsCommand(),
    batchCommand(),
    schedulesCommand(),
    progressCommand(),
    loadCommand(),
    exportCommand(),
    previewCommand(),
    estimateCommand(),
    searchCommand(),
    stuckCommand(),
    dltCommand(),
    notifyCommand(),
    topicsCommand(),
    simulatorCommand(),
  ]) {
    root.addCommand(command);
  }
  return complete(root, root.name());
}

/** Errors are thrown, and end in one place; each says where the help for it is. */
function complete(command: Command, path: string): Command {
  command.exitOverride().showHelpAfterError(`(${path} --help shows what there is)`);
  for (const inner of command.commands) complete(inner, `${path} ${inner.name()}`);
  return command;
}
