import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { cp, mkdir, rm } from 'node:fs/promises';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { firstLineOf, outputOf, startChild, startProgram } from './child.ts';
import { contestEnv, type ContenderResult, type Job } from './contest.ts';
import type { Usage } from './process-usage.ts';

const pythonScripts = {
  python: 'plain_script.py',
  'openai-batch': 'openai_batch_peer.py',
  'openai-batch-helper': 'openai_batch_helper_peer.py',
  batchwizard: 'batchwizard_peer.py',
} as const;

/** engine: `batchmill run`, as users start it. plain: a script that uses the engine's stores. python: one in Python with the official SDK and SQLite. The others: packages for Python. */
export type Contender = 'engine' | 'plain' | keyof typeof pythonScripts;

export interface Conditions {
  readonly documents: number;
  readonly batchSize: number;
  /** How long the provider takes for a batch. */
  readonly turnaroundSeconds: number;
  /** Default: embeddings. The plain script knows no other. */
  readonly job?: Job;
}

export interface Measured extends ContenderResult {
  /** From the start of the process to its end. */
  readonly wallMs: number;
}

const root = join(import.meta.dirname, '..');
const simulatorProgram = join(root, 'packages/bundle/dist/simulator.js');
/** What `batchmill` starts. */
export const engineCommand = join(root, 'packages/bundle/dist/cli.js');
/** As `batchmill` starts it: keeps garbage from filling memory. */
export const engineFlags = ['--max-semi-space-size=16', '--heap-growing-percent=100'] as const;
const inThisFolder = (file: string): string => join(import.meta.dirname, file);
/** Enough for the slowest contender. */
const timeoutOf = (documents: number): number => Math.max(300_000, documents * 3);

/** The engine polls as often as the plain script at first, then less often. */
export const engineEnv = {
  OPENAI_API_KEY: 'sk-bench',
  BATCHMILL_PIPELINES: inThisFolder('pipelines'),
  BATCHMILL_FIRST_POLL_MS: '100',
  POLL_INTERVAL: '0.5',
  LOG_LEVEL: 'info',
};

/** Creates a store with the documents. Returns its file. */
export async function loadDocuments(folder: string, documents: number): Promise<string> {
  const file = join(folder, `documents-${documents}.db`);
  await outputOf(startChild([inThisFolder('load-documents.ts'), file, String(documents)]), timeoutOf(documents));
  return file;
}

/** The same documents in a plain table of SQLite. Returns its file. */
export async function loadPlainDocuments(folder: string, documents: number): Promise<string> {
  const file = join(folder, `documents-${documents}-plain.db`);
  await outputOf(startChild([inThisFolder('load-plain-documents.ts'), file, String(documents)]), timeoutOf(documents));
  return file;
}

export interface Place {
  readonly folder: string;
  readonly documentsFile: string;
  /** For scripts in Python: the interpreter, and the documents as they read them. */
  readonly python?: Python;
}

export interface Python {
  readonly program: string;
  readonly documentsFile: string;
}

/** Runs one contender with its own provider in a fresh home. */
export async function measure(
  contender: Contender,
  { documents, batchSize, turnaroundSeconds, job = 'embeddings' }: Conditions,
  { folder, documentsFile, python }: Place,
): Promise<Measured> {
  const home = join(folder, 'home');
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  const script = scriptOf(contender, python);
  await cp(script?.documentsFile ?? documentsFile, join(home, 'state.db'));
  const simulator = startChild([
    ...[simulatorProgram, '--port', '0', '--data', join(home, 'provider')],
    ...['--turnaround', `${turnaroundSeconds}s`],
  ]);
  try {
    const url = (await firstLineOf(simulator)).split(' ').at(-1) ?? '';
    const env = {
      ...engineEnv,
      [contestEnv.home]: home,
      [contestEnv.baseUrl]: `${url}/v1`,
      [contestEnv.batchSize]: String(batchSize),
      [contestEnv.job]: job,
    };
    const startedAt = performance.now();
    const child = script === null ? startChild(nodeProgramOf(contender, job), env) : script.start(env);
    const lines = (await outputOf(child, timeoutOf(documents))).trim().split('\n');
    const wallMs = performance.now() - startedAt;
    const result =
      contender === 'engine'
        ? await engineResultOf(lines, { home, job })
        : (JSON.parse(lines.at(-1) ?? '') as ContenderResult); // written by `printResult`
    if (result.documents !== documents || result.vectors !== (job === 'embeddings' ? documents : 0)) {
      const found = `${result.documents} documents and ${result.vectors} vectors`;
      throw new Error(`${contender}: ${found}, expected ${job} of ${documents}`);
    }
    return { ...result, wallMs };
  } finally {
    simulator.kill('SIGTERM');
    if (simulator.exitCode === null) await once(simulator, 'exit');
  }
}

function nodeProgramOf(contender: Contender, job: Job): string[] {
  if (contender !== 'engine') return [inThisFolder('plain-script.ts')];
  const what = job === 'chats' ? ['answers', '--endpoint', 'inference'] : ['chunks', '--endpoint', 'embeddings'];
  return [...engineFlags, '--import', inThisFolder('usage-at-exit.ts'), engineCommand, 'run', ...what, '--json'];
}

/** Its output is the report of the run, then what the process has used. */
async function engineResultOf(
  [report = '', usage = '']: readonly string[],
  { home, job }: { readonly home: string; readonly job: Job },
): Promise<ContenderResult> {
  const { succeeded } = JSON.parse(report) as { succeeded: number };
  const vectors = job === 'chats' ? 0 : await vectorsIn(join(home, 'vectors.db'));
  return { documents: succeeded, vectors, ...(JSON.parse(usage) as Usage) };
}

async function vectorsIn(file: string): Promise<number> {
  const vectors = EmbeddedVectors.open({ file });
  try {
    return await vectors.count('chunks');
  } finally {
    await vectors.close();
  }
}

function scriptOf(contender: Contender, python: Python | undefined) {
  if (contender === 'engine' || contender === 'plain') return null;
  if (python === undefined) throw new Error(`${contender} without an interpreter`);
  const { program, documentsFile } = python;
  const file = inThisFolder(join('python', pythonScripts[contender]));
  const start = (env: Readonly<Record<string, string>>): ChildProcess => startProgram(program, ['-B', file], env);
  return { documentsFile, start };
}
