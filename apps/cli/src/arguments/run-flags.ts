import { Option, type Command } from 'commander';
import {
  ValidationError,
  endpoints,
  runIdPattern,
  type Endpoint,
  type FieldsOf,
  type RunRequested,
} from '@batchmill/contracts';
import { positiveInteger, several } from './values.js';
import { readLinesFile } from './read-lines-file.js';
import { readParameters } from './read-parameters.js';

/** What a run is asked for with, as commander gives it. */
export interface RunFlags {
  readonly endpoint?: Endpoint;
  readonly function?: string[];
  readonly companiesFile?: string;
  readonly documentsFile?: string;
  readonly docType?: string;
  readonly param?: string[];
  readonly limit?: number;
}

export type AskedFor = Omit<FieldsOf<RunRequested>, 'runId'>;

/** The flags that say what is to be run: of `run` and of `estimate`. */
export function addRunFlags(command: Command): Command {
  return command
    .argument('<pipeline>', 'the name of a pipeline')
    .addOption(new Option('--endpoint <endpoint>', 'which endpoint, where the pipeline offers both').choices(endpoints))
    .option('--function <name>', 'only this function; may be given several times', several)
    .option('--companies-file <file>', 'the companies, one a line')
    .option('--documents-file <file>', 'only the documents with these ids, one a line')
    .option('--doc-type <type>', 'which kind of document')
    .option('--param <name=value>', 'a parameter of the pipeline; may be given several times', several)
    .option('--limit <documents>', 'at most so many documents', positiveInteger);
}

/** What to ask for. Throws a ValidationError that names the flag that is wrong. */
export function askedFor(pipeline: string, flags: RunFlags, cwd: string): AskedFor {
  const parameters: Record<string, unknown> = readParameters(flags.param ?? []);
  if (flags.companiesFile !== undefined) {
    expectOnce(parameters, 'companies', '--companies-file');
    parameters['companies'] = readLinesFile('--companies-file', flags.companiesFile, cwd);
  }
  if (flags.docType !== undefined) {
    expectOnce(parameters, 'docType', '--doc-type');
    parameters['docType'] = flags.docType;
  }
  const { documentsFile } = flags;
  return {
    pipeline,
    ...(flags.endpoint === undefined ? {} : { endpoint: flags.endpoint }),
    ...(flags.function === undefined ? {} : { functions: flags.function }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(documentsFile === undefined ? {} : { documents: readLinesFile('--documents-file', documentsFile, cwd) }),
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
  };
}

/** Throws a ValidationError when it cannot be one. */
export function expectRunId(id: string): string {
  if (runIdPattern.test(id)) return id;
  throw new ValidationError(
    'cli.bad-run-id',
    `--run-id: found ${JSON.stringify(id)}, expected up to 100 letters, digits, dots, dashes and underscores`,
  );
}

function expectOnce(parameters: Record<string, unknown>, name: string, flag: string): void {
  if (!(name in parameters)) return;
  throw new ValidationError('cli.said-twice', `${name}: found it as ${flag} and as --param; say it once`);
}
