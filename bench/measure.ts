import { cp, mkdir, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { firstLineOf, outputOf, startChild } from './child.ts';
import { contestEnv, type Told } from './contest.ts';

export type Contender = 'pipeline' | 'plain';

export interface Conditions {
  readonly documents: number;
  readonly batchSize: number;
  /** How long the provider takes for a batch. */
  readonly turnaroundSeconds: number;
}

export interface Measured extends Told {
  /** From the start of the process to its end. */
  readonly wallMs: number;
}

const root = join(import.meta.dirname, '..');
const simulatorProgram = join(root, 'apps/simulator/dist/main.js');
/** Small enough not to fill memory with what is garbage already: by default, V8 lets its nursery grow to 96 MB. */
export const lineFlags = ['--max-semi-space-size=16'] as const;
const programs = {
  pipeline: [...lineFlags, join(import.meta.dirname, 'engine-process.ts')],
  plain: [join(import.meta.dirname, 'plain-script.ts')],
} as const;
const longestMs = 300_000;

/** The line looks as often as the plain script, then less often. */
export const lineEnv = {
  OPENAI_API_KEY: 'sk-bench',
  BATCHMILL_PIPELINES: join(import.meta.dirname, 'pipelines'),
  BATCHMILL_FIRST_POLL_MS: '100',
  POLL_INTERVAL: '0.5',
  LOG_LEVEL: 'info',
};

/** A file with so many documents, made once. */
export async function loadDocuments(folder: string, documents: number): Promise<string> {
  const file = join(folder, `documents-${documents}.db`);
  await outputOf(startChild([join(import.meta.dirname, 'load-documents.ts'), file, String(documents)]), longestMs);
  return file;
}

/** One contender, alone with a provider of its own, in a fresh home. */
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
      ...lineEnv,
      [contestEnv.home]: home,
      [contestEnv.baseUrl]: `${url}/v1`,
      [contestEnv.batchSize]: String(batchSize),
    };
    const begun = performance.now();
    const child = startChild(programs[contender], env);
    const output = await outputOf(child, longestMs);
    const wallMs = performance.now() - begun;
    const told = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Told; // written by `tell`
    if (told.documents !== documents || told.vectors !== documents) {
      throw new Error(`${contender}: ${told.documents} documents and ${told.vectors} vectors, wanted ${documents}`);
    }
    return { ...told, wallMs };
  } finally {
    simulator.kill('SIGTERM');
    if (simulator.exitCode === null) await once(simulator, 'exit');
  }
}
