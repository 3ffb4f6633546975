import { allStages, stageNames, stagesNamed } from '@batchmill/all-in-one';
import { startStages } from '@batchmill/service';
import { Command } from 'commander';

export function serveCommand(): Command {
  return new Command('serve')
    .argument('[stages...]', `some of ${stageNames.join(', ')}, or your consumers`)
    .action(serve);
}

/** Never returns: the process ends with the service. */
async function serve(names: readonly string[]): Promise<void> {
  if (names.length === 0) return startStages('all-in-one', allStages);
  await startStages(names.join('-'), (settings) => stagesNamed(names, settings));
}
