import { Command } from 'commander';
import { auditCommand } from './commands/audit.js';
import { batchCommand } from './commands/batch.js';
import { calibrateCommand } from './commands/calibrate.js';
import { completeCommand, completionCommand } from './commands/completion.js';
import { costsCommand } from './commands/costs.js';
import { dltCommand } from './commands/dlt.js';
import { doctorCommand } from './commands/doctor.js';
import { documentsCommand } from './commands/documents.js';
import { estimateCommand } from './commands/estimate.js';
import { exportCommand } from './commands/export.js';
import { filesCommand } from './commands/files.js';
import { initCommand } from './commands/init.js';
import { installationCommand } from './commands/installation.js';
import { loadCommand } from './commands/load.js';
import { newCommand } from './commands/new.js';
import { notifyCommand } from './commands/notify.js';
import { onceCommand } from './commands/once.js';
import { orphansCommand } from './commands/orphans.js';
import { pipelinesCommand } from './commands/pipelines.js';
import { previewCommand } from './commands/preview.js';
import { progressCommand } from './commands/progress.js';
import { purgeCommand } from './commands/purge.js';
import { runCommand } from './commands/run.js';
import { runsCommand } from './commands/runs.js';
import { savingsCommand } from './commands/savings.js';
import { schedulesCommand } from './commands/schedules.js';
import { searchCommand } from './commands/search.js';
import { serveCommand } from './commands/serve.js';
import { simulatorCommand } from './commands/simulator.js';
import { parkedCommand } from './commands/parked.js';
import { ownVersion } from './init/own-package.js';
import { topicsCommand } from './commands/topics.js';
import { validateCommand } from './commands/validate.js';
import { vectorsCommand } from './commands/vectors.js';
import { verifyCommand } from './commands/verify.js';

/** The whole command line. The reference of commands is printed from it. */
export function program(): Command {
  const root = new Command('batchmill')
    .description('Documents through the OpenAI Batch API at half price: vectors and answers, nothing paid twice.')
    .version(ownVersion)
    .addHelpText(
      'after',
      '\nFlags such as --batch, --batch-status and --batch-list work too: docs/how-to/from-your-flags.md',
    );
  for (const command of [
    initCommand(),
    newCommand(),
    runCommand(),
    onceCommand(),
    serveCommand(),
    pipelinesCommand(),
    validateCommand(),
    runsCommand(),
    batchCommand(),
    schedulesCommand(),
    progressCommand(),
    loadCommand(),
    exportCommand(),
    previewCommand(),
    estimateCommand(),
    calibrateCommand(),
    costsCommand(),
    savingsCommand(),
    searchCommand(),
    parkedCommand(),
    dltCommand(),
    doctorCommand(),
    notifyCommand(),
    topicsCommand(),
    installationCommand(),
    auditCommand(),
    verifyCommand(),
    vectorsCommand(),
    orphansCommand(),
    filesCommand(),
    documentsCommand(),
    purgeCommand(),
    simulatorCommand(),
    completionCommand(),
  ]) {
    root.addCommand(command);
  }
  root.addCommand(completeCommand(program), { hidden: true });
  return withErrorHelp(root, root.name());
}

/** Makes commander throw its errors, so that `main.ts` handles them, and adds where to find help. */
function withErrorHelp(command: Command, path: string): Command {
  command.exitOverride().showHelpAfterError(`(see ${path} --help)`);
  for (const inner of command.commands) withErrorHelp(inner, `${path} ${inner.name()}`);
  return command;
}
