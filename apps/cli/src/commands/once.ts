import { ValidationError } from '@batchmill/contracts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { confirm } from '../confirm.js';
import { estimateJson } from '../estimate/estimate-json.js';
import { exitCodes } from '../exit-codes.js';
import { askedBy, type Asked } from '../once/asked.js';
import { inputFormats } from '../once/input/read-input.js';
import type { OnceFlags } from '../once/once-flags.js';
import { alone, onHome, type OnceJob } from '../once/once-job.js';
import { onSimulator, ownHome, unusedServers } from '../once/once-settings.js';
import { onceJson, onceSummary } from '../once/once-summary.js';
import { outputFieldsFor } from '../once/output-fields.js';
import { prepareOnce, preparedText } from '../once/prepare-once.js';
import { runOnce } from '../once/run-once.js';
import { writeOutput } from '../once/write-output.js';
import { checkOutput } from '../once/write-whole-file.js';
import { noteOutput } from '../once/written-outputs.js';
import { parseCount, parseUsd, parseRedo } from '../run-options.js';
import { formatPath } from '../show/format.js';
import { printJson } from '../show/output.js';
import { settingsHere } from '../with-engine.js';

export function onceCommand(): Command {
  const format = new Option(
    '--format <format>',
    'the format of the documents, where the name of the file does not tell',
  );
  return new Command('once')
    .argument('<documents>', 'a file of JSON lines, of a JSON list, or of CSV with a header; - is standard input')
    .option('--prompt <template>', "what is asked, a Liquid template: 'Summarise: {{ text }}'")
    .option('--prompt-file <file>', 'the same in a file')
    .option('--system <template>', 'the system prompt, a Liquid template')
    .option('--embed <template>', "make vectors of this text instead of asking: '{{ text }}'")
    .option('--model <model>', 'the model (default: OPENAI_MODEL, or BATCHMILL_EMBEDDING_MODEL with --embed)')
    .option('--schema <file>', 'a JSON schema: answers are objects that match it')
    .option('--max-tokens <n>', 'the most tokens of an answer (default: OPENAI_MAX_TOKENS)', parseCount)
    .option('--temperature <t>', '0 to 2 (default: OPENAI_TEMP)', parseTemperature)
    .option(
      '--dimensions <n>',
      'with --embed: the dimensions of the vectors (default: BATCHMILL_DIMENSIONS)',
      parseCount,
    )
    .addOption(format.choices(inputFormats))
    .option('--id <field>', 'the field with the id of a document (default: _id or id, where a document has it)')
    .option('--no-id', 'documents have no id: their content tells them apart')
    .option('--limit <n>', 'only the first documents of the file', parseCount)
    .option('--max-usd <dollars>', 'spend no more than this; what does not fit in is left for the next time', parseUsd)
    .option('--output <file>', 'where the answers are written; - is standard output (default: beside the documents)')
    .option('--as <field>', 'the field of the answer or the vector (default: answer or vector)', parseField)
    .option(
      '--redo <which>',
      'ask again: failed (those that failed) or all (which is paid again); missing: only what those lack that have ended',
      parseRedo,
    )
    .option('--simulated', 'try it with made-up answers of the simulator: needs no key and costs nothing')
    .option('--estimate', 'only print the cost; sends nothing')
    .option('--yes', 'with --redo all: do not ask for confirmation')
    .option('--json', 'print the result as JSON')
    .action(once);
}

async function once(input: string, flags: OnceFlags): Promise<void> {
  const here = settingsHere();
  const asked = askedBy(flags, here);
  const output = flags.output ?? defaultOutput(input, asked);
  if (output === '-' && flags.json === true && flags.estimate !== true) {
    const message = 'found --json, and the answers on standard output; expected --output FILE with it';
    throw new ValidationError('command.choice', message);
  }
  const servers = unusedServers(here);
  if (servers.length > 0) process.stderr.write(`once needs no server, and does not use ${servers.join(', ')}\n`);
  const settings = ownHome(flags.simulated === true ? onSimulator(here) : here, asked, input);
  await checkOutput(output, input, settings);
  const job = { input, output, flags, asked, settings, fields: outputFieldsFor(flags.as ?? asked.kind) };
  if (flags.estimate === true) await onAnyHome(job, (on) => alone(on, printEstimate));
  else await alone(job, ask);
}

/** An estimate creates no home: without one it gets a temporary one. */
async function onAnyHome(job: OnceJob, work: (job: OnceJob) => Promise<void>): Promise<void> {
  const { installation } = job.settings;
  if (existsSync(installation.home)) return work(job);
  const home = await mkdtemp(join(tmpdir(), 'batchmill-once-'));
  try {
    await work({ ...job, settings: { ...job.settings, installation: { ...installation, home } } });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function printEstimate(job: OnceJob): Promise<void> {
  const prepared = await prepareOnce(job);
  const { estimate, loaded } = prepared;
  if (job.flags.json !== true) {
    process.stdout.write(preparedText(job, prepared));
    return;
  }
  const json = estimateJson(estimate);
  const { keys, failed, unasked } = loaded;
  printJson({ ...json, documents: keys.length, failed, unasked: [...unasked, ...json.unasked] });
}

/** Exits with 3 when a document has no answer. */
async function ask(job: OnceJob): Promise<void> {
  const { asked, flags, output } = job;
  const prepared = await prepareOnce(job);
  process.stderr.write(preparedText(job, prepared));
  if (flags.redo === 'all' && flags.yes !== true && prepared.estimate.claimableCount > 0) {
    await confirm('--redo all', 'ask for all of them again?', { from: process.stdin, to: process.stderr });
  }
  const { results, isStopped } = await runOnce(job);
  if (isStopped) {
    process.stderr.write('stopped; nothing is lost, and the output is not written yet. The same command goes on\n');
    process.exitCode = exitCodes.stopped;
    return;
  }
  const counts = await onHome(job, (engine) => writeOutput(engine, job, prepared.loaded.keys));
  if (output !== '-') await noteOutput(output, job.settings);
  const [asking] = asked.pipeline.inference?.functions ?? [];
  const maxTokens = asking?.kind === 'prompt' ? asking.maxTokens : null;
  const home = formatPath(job.settings.installation.home);
  const result = { output, kind: asked.kind, counts, runs: results, maxTokens, home };
  if (flags.json === true) printJson(onceJson(result));
  else process.stderr.write(onceSummary(result));
  process.exitCode = counts.answered < counts.documents ? exitCodes.someFailed : exitCodes.allSucceeded;
}

/** `tickets.answers.jsonl` beside `tickets.csv`. */
function defaultOutput(input: string, { kind }: Asked): string {
  if (input === '-') return '-';
  const { dir, name } = parse(input);
  return join(dir, `${name}.${kind}s.jsonl`);
}

function parseTemperature(value: string): number {
  const temperature = Number(value);
  if (value.trim() !== '' && temperature >= 0 && temperature <= 2) return temperature;
  throw new InvalidArgumentError('expected a number from 0 to 2');
}

function parseField(value: string): string {
  if (value !== '') return value;
  throw new InvalidArgumentError('expected the name of a field');
}
