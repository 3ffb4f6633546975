import { Command } from 'commander';
import { confirm } from '../confirm.js';
import { exitCodes } from '../exit-codes.js';
import { fieldsText, indexesText } from '../indexes/indexes-text.js';
import { missingIndexes, readIndexes } from '../indexes/wanted-indexes.js';
import { parseParameter, type RunFlags } from '../run-options.js';
import { formatQuantity } from '../show/format.js';
import { messagesBeside, printJson, sayBeside } from '../show/output.js';
import { withEngine } from '../with-engine.js';

interface Flags {
  readonly param?: NonNullable<RunFlags['param']>;
  readonly create?: true;
  readonly yes?: true;
  readonly json?: true;
}

export function indexesCommand(): Command {
  return new Command('indexes')
    .argument('[pipeline]', 'the pipeline whose collection is looked at (default: every pipeline)')
    .option('--param <key=value...>', 'a parameter of the pipeline, as of run', parseParameter)
    .option('--create', 'create those that are missing, one after another; it takes minutes in a large collection')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'as JSON')
    .action(indexes);
}

async function indexes(name: string | undefined, { param, create, yes, json }: Flags): Promise<void> {
  await withEngine(async ({ documentStore: store, pipelines }) => {
    const read = () =>
      readIndexes(store, pipelines, {
        ...(name !== undefined && { names: [name] }),
        ...(param !== undefined && { parameters: param }),
      });
    let report = await read();
    const { version } = await store.describeServer();
    const missing = missingIndexes(report);
    if (create === true && missing.length > 0) {
      const say = sayBeside(json);
      const sizes = report.collections
        .filter(({ collection }) => missing.some((one) => one.collection === collection))
        .map(({ collection, documents }) => `${collection} (${formatQuantity(documents, 'document')})`);
      if (yes !== true) {
        const question = `create ${formatQuantity(missing.length, 'index', 'indexes')} in ${sizes.join(', ')}?`;
        await confirm('indexes --create', question, { from: process.stdin, to: messagesBeside(json) });
      }
      say(`creating ${formatQuantity(missing.length, 'index', 'indexes')} in ${sizes.join(', ')}`);
      for (const { collection, index } of missing) {
        const { keys, where } = index;
        await store.collection(collection).ensureIndex({ keys, ...(where !== undefined && { where }) });
        say(`${collection}: the index on ${fieldsText(index)} was created`);
      }
      report = await read();
    }
    if (json) printJson(report);
    else process.stdout.write(indexesText(report, { isMongo: version !== null }));
    if (missingIndexes(report).length > 0) process.exitCode = exitCodes.someFailed;
  });
}
