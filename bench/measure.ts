import { cp, mkdir, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { firstLineOf, outputOf, startChild } from './child.ts';
import { contestEnv, type ContenderResult } from './contest.ts';

export type Contender = 'pipeline' | 'plain';

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
const programs = {
  pipeline: [...engineFlags, join(import.meta.dirname, 'engine-process.ts')],
  plain: [join(import.meta.dirname, 'plain-script.ts')],
} as const;
/** Enough for the slowest contender. */
const timeoutOf = (documents: number): number => Math.max(300_000, documents * 3);

/** The engine polls as often as the plain script at first, then less often. */
export const engineEnv = {
  OPENAI_API_KEY: 'sk-bench',
  BATCHMILL_PIPELINES: join(import.meta.dirname, 'pipelines'),
  BATCHMILL_FIRST_POLL_MS: '100',
  POLL_INTERVAL: '0.5',
  LOG_LEVEL: 'info',
};

/** Creates a store with the documents. Returns its file. */
export async function loadDocuments(folder: string, documents: number): Promise<string> {
  const file = join(folder, `documents-${documents}.db`);
  await outputOf(
    startChild([join(import.meta.dirname, 'load-documents.ts'), file, String(documents)]),
    timeoutOf(documents),
  );
  return file;
}

/** Runs one contender with its own provider in a fresh home. */
export async function measure(
  contender: Contender,
  { documents, batchSize, turnaroundSeconds }: Conditions,
  { folder, documentsFile }: { folder: string; documentsFile: string },
): Promise<Measured> {
  const home = join(folder, 'home');
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  await cp(documentsFile, join(home, 'state.db'));
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
    const child = startChild(programs[contender], env);
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
