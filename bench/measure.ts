import { cp, mkdir, rm } from 'node:fs/promises';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { firstLineOf, outputOf, startChild, startProgram } from './child.ts';
import { contestEnv, type ContenderResult } from './contest.ts';

/** plain: a script of the same stores. python: one in Python with the official SDK and SQLite. */
export type Contender = 'engine' | 'plain' | 'python';

export interface Conditions {
  readonly documents: number;
  readonly batchSize: number;
  /** How long the provider takes for a batch. */
  readonly turnaroundSeconds: number;
}

export interface Measured extends ContenderResult {
  /** From the start of the process to its end. */
  readonly wallMs: number;
}

const root = join(import.meta.dirname, '..');
const simulatorProgram = join(root, 'apps/simulator/dist/main.js');
/** Keeps garbage from filling memory: by default, V8's young generation grows to 96 MB. */
export const engineFlags = ['--max-semi-space-size=16'] as const;
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
  /** For the script in Python: its interpreter, and the documents as it reads them. */
  readonly python?: Python;
}

export interface Python {
  readonly program: string;
  readonly documentsFile: string;
}

/** Runs one contender with its own provider in a fresh home. */
export async function measure(
  contender: Contender,
  { documents, batchSize, turnaroundSeconds }: Conditions,
  { folder, documentsFile, python }: Place,
): Promise<Measured> {
  const home = join(folder, 'home');
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  if (contender === 'python' && python === undefined) throw new Error('a contender without an interpreter');
  await cp((contender === 'python' ? python?.documentsFile : undefined) ?? documentsFile, join(home, 'state.db'));
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
    };
    const startedAt = performance.now();
    const child = start(contender, env, python);
    const output = await outputOf(child, timeoutOf(documents));
    const wallMs = performance.now() - startedAt;
    const result = JSON.parse(output.trim().split('\n').at(-1) ?? '') as ContenderResult; // written by `printResult`
    if (result.documents !== documents || result.vectors !== documents) {
      throw new Error(
        `${contender}: ${result.documents} documents and ${result.vectors} vectors, expected ${documents}`,
      );
    }
    return { ...result, wallMs };
  } finally {
    simulator.kill('SIGTERM');
    if (simulator.exitCode === null) await once(simulator, 'exit');
  }
}

function start(contender: Contender, env: Readonly<Record<string, string>>, python: Python | undefined): ChildProcess {
  switch (contender) {
    case 'engine':
      return startChild([...engineFlags, inThisFolder('engine-process.ts')], env);
    case 'plain':
      return startChild([inThisFolder('plain-script.ts')], env);
    case 'python':
      return startProgram(python?.program ?? '', [inThisFolder('plain-script.py')], env);
  }
}
