import {
  ValidationError,
  deadlinePattern,
  endpoints,
  redos,
  readTextFile,
  runIdPattern,
  whyUnreadable,
  type Endpoint,
  type Redo,
} from '@batchmill/contracts';
import { runIdFormat } from '@batchmill/service';
import { InvalidArgumentError, type Command } from 'commander';

/** The flags that `run`, `estimate` and `preview` share, as commander parses them. */
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

/** The same as options of a run, with the contents of the files. */
export interface RunOptions {
  readonly endpoint?: Endpoint;
  readonly functions?: string[];
  readonly parameters?: Record<string, unknown>;
  readonly documents?: string[];
  readonly limit?: number;
  readonly redo?: Redo;
}

export function withRunFlags(command: Command): Command {
  return command
    .option('--endpoint <endpoint>', `one of ${endpoints.join(', ')}`, parseEndpoint)
    .option('--function <name...>', 'only these functions of the endpoint')
    .option('--companies-file <file>', 'a file with one company per line; sets the parameter companies')
    .option(
      '--documents-file <file>',
      'a file with one id per line, as in the documentIdField of the pipeline: only these documents',
    )
    .option('--doc-type <type>', 'sets the parameter docType')
    .option(
      '--param <key=value...>',
      'a parameter of the pipeline; a list as a,b or ["a, b", "c"], or the option once per entry',
      parseParameter,
    )
    .option('--limit <n>', 'at most this many documents', parseCount)
    .option(
      '--redo <which>',
      'missing: only ended documents that lack a function; besides what a plain run asks: failed (what has failed), stale (whose text was embedded and has changed) or all (what has ended)',
      parseRedo,
    );
}

export function runOptionsFrom({
  endpoint,
  function: functions,
  param,
  docType,
  limit,
  redo,
  ...files
}: RunFlags): RunOptions {
  const parameters = {
    ...param,
    ...(docType === undefined ? {} : { docType }),
    ...(files.companiesFile === undefined ? {} : { companies: readLines('--companies-file', files.companiesFile) }),
  };
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(functions === undefined ? {} : { functions: [...functions] }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(files.documentsFile === undefined ? {} : { documents: readLines('--documents-file', files.documentsFile) }),
    ...(limit === undefined ? {} : { limit }),
    ...(redo === undefined ? {} : { redo }),
  };
}

/** One entry per line. Skips empty lines and comments, which begin with #. */
function readLines(flag: string, file: string): string[] {
  const expected = 'expected a text file, one entry per line';
  let text: string;
  try {
    text = readTextFile(file);
  } catch (cause) {
    throw new ValidationError(
      'command.no-file',
      `${flag}: found ${file}, which cannot be read (${whyUnreadable(cause)}); ${expected}`,
      {
        cause,
      },
    );
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const entries = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (entries.length > 0) return entries;
  throw new ValidationError('command.no-file', `${flag}: found no entry in ${file}; ${expected}`);
}

function parseEndpoint(value: string): Endpoint {
  const endpoint = endpoints.find((known) => known === value);
  if (endpoint === undefined) throw new InvalidArgumentError(`expected ${endpoints.join(' or ')}`);
  return endpoint;
}

export function parseRedo(value: string): Redo {
  const redo = redos.find((known) => known === value);
  if (redo === undefined) throw new InvalidArgumentError(`expected one of ${redos.join(', ')}`);
  return redo;
}

/** Collects the values of a key that is given several times into a list, without splitting them. */
export function parseParameter(option: string, before: RunFlags['param'] = {}): RunFlags['param'] {
  const at = option.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('expected key=value');
  const key = option.slice(0, at);
  const value = option.slice(at + 1);
  const previous = Object.hasOwn(before, key) ? before[key] : undefined;
  return { ...before, [key]: previous === undefined ? value : [previous, value].flat() };
}

export function parseRunId(value: string): string {
  if (runIdPattern.test(value)) return value;
  throw new InvalidArgumentError(runIdFormat);
}

export function parseCount(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('expected a whole number of at least 1');
  return Number(value);
}

/** An amount in US dollars, with or without its sign. */
export function parseUsd(value: string): number {
  const amount = value.replace(/^\$/, '');
  if (/^(?:\d{1,7}\.?\d{0,9}|\.\d{1,9})$/.test(amount)) return Number(amount);
  throw new InvalidArgumentError('expected an amount in US dollars, such as 2.50');
}

/** The last value of a key counts. */
export function parseLabel(option: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = option.indexOf('=');
  if (at < 1 || at === option.length - 1) throw new InvalidArgumentError('expected key=value');
  return { ...before, [option.slice(0, at)]: option.slice(at + 1) };
}

/** A time from now, or a time of the calendar. */
export function parseDeadline(value: string): string {
  if (deadlinePattern.test(value)) return value;
  throw new InvalidArgumentError('expected a time from now, such as 20m or 2h, or one in ISO 8601 with its zone');
}
