import { ValidationError, endpoints, redos, runIdPattern, type Endpoint, type Redo } from '@batchmill/contracts';
import { runIdFormat } from '@batchmill/service';
import { InvalidArgumentError, type Command } from 'commander';
import { readFileSync } from 'node:fs';

/** The flags that say what a run is to do. */
export interface RunFlags {
  readonly endpoint?: Endpoint;
  readonly function?: readonly string[];
  readonly companiesFile?: string;
  readonly documentsFile?: string;
  readonly docType?: string;
  readonly param?: Readonly<Record<string, string | readonly string[]>>;
  readonly limit?: number;
  readonly redo?: Redo;
}

export interface Asked {
  readonly endpoint?: Endpoint;
  readonly functions?: string[];
  readonly parameters?: Record<string, unknown>;
  readonly documents?: string[];
  readonly limit?: number;
  readonly redo?: Redo;
}

export function withRunFlags(command: Command): Command {
  return command
    .option('--endpoint <endpoint>', `one of ${endpoints.join(', ')}`, endpointFrom)
    .option('--function <name...>', 'only these functions of the endpoint')
    .option('--companies-file <file>', 'a company per line; becomes the parameter companies')
    .option('--documents-file <file>', 'a document id per line: only these')
    .option('--doc-type <type>', 'becomes the parameter docType')
    .option(
      '--param <key=value...>',
      'a parameter of the pipeline; a list as a,b or ["a, b", "c"], or said once for each',
      parameterFrom,
    )
    .option('--limit <n>', 'at most so many documents', countFrom)
    .option('--redo <which>', 'besides those pending: documents that failed, or all that have ended', redoFrom);
}

/** The request that the flags make. */
export function askedBy({ endpoint, function: functions, param, docType, limit, redo, ...files }: RunFlags): Asked {
  const parameters = {
    ...param,
    ...(docType === undefined ? {} : { docType }),
    ...(files.companiesFile === undefined ? {} : { companies: linesOf('--companies-file', files.companiesFile) }),
  };
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(functions === undefined ? {} : { functions: [...functions] }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(files.documentsFile === undefined ? {} : { documents: linesOf('--documents-file', files.documentsFile) }),
    ...(limit === undefined ? {} : { limit }),
    ...(redo === undefined ? {} : { redo }),
  };
}

/** One per line; empty lines and those that begin with # say nothing. */
function linesOf(flag: string, file: string): string[] {
  const wanted = 'wanted a text file, one entry per line';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ValidationError('command.no-file', `${flag}: found ${file}, which cannot be read; ${wanted}`, { cause });
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const entries = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (entries.length > 0) return entries;
  throw new ValidationError('command.no-file', `${flag}: found no entry in ${file}; ${wanted}`);
}

function endpointFrom(value: string): Endpoint {
  const endpoint = endpoints.find((known) => known === value);
  if (endpoint === undefined) throw new InvalidArgumentError(`wanted ${endpoints.join(' or ')}`);
  return endpoint;
}

function redoFrom(value: string): Redo {
  const redo = redos.find((known) => known === value);
  if (redo === undefined) throw new InvalidArgumentError(`wanted ${redos.join(' or ')}`);
  return redo;
}

/** What is said several times is a list, each taken as it stands. */
function parameterFrom(value: string, before: RunFlags['param'] = {}): RunFlags['param'] {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('wanted key=value');
  const key = value.slice(0, at);
  const said = value.slice(at + 1);
  const former = Object.hasOwn(before, key) ? before[key] : undefined;
  return { ...before, [key]: former === undefined ? said : [former, said].flat() };
}

export function runIdFrom(value: string): string {
  if (runIdPattern.test(value)) return value;
  throw new InvalidArgumentError(runIdFormat);
}

export function countFrom(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('wanted a whole number of at least 1');
  return Number(value);
}
