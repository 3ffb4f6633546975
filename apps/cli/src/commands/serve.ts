import { allStages, stageNames, stagesNamed } from '@batchmill/all-in-one';
import { startStages } from '@batchmill/service';
import { Command } from 'commander';

export function serveCommand(): Command {
  return new Command('serve')
    .description(
      'run stages as a service until Ctrl-C or SIGTERM, with health and metrics on PORT. Without names every stage, and the ' +
        'consumers of BATCHMILL_CONSUMERS',
    )
    .argument('[stages...]', `some of ${stageNames.join(', ')}, or your consumers`)
    .action(serve);
}

/** Never returns: the process ends with the service. */
async function serve(names: readonly string[]): Promise<void> {
  if (names.length === 0) return startStages('all-in-one', allStages);
  await startStages(names.join('-'), (settings) => stagesNamed(names, settings));
}
