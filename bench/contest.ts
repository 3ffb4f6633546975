import { ownUsage } from './process-usage.ts';

/** embeddings: a vector for each document. chats: an answer. */
export type Job = 'embeddings' | 'chats';

/** The environment of all contenders. */
export interface Contest {
  /** The folder of all data. The documents are in its `state.db`. */
  readonly home: string;
  /** The provider's URL, with `/v1`. */
  readonly baseUrl: string;
  readonly batchSize: number;
  readonly job: Job;
}

/** What a contender prints as its last line. */
export interface ContenderResult {
  readonly documents: number;
  readonly vectors: number;
  readonly peakBytes: number;
  readonly cpuMs: number;
}

export const contestEnv = {
  home: 'BATCHMILL_HOME',
  baseUrl: 'OPENAI_BASE_URL',
  batchSize: 'BATCH_SIZE',
  job: 'BENCH_JOB',
} as const satisfies Record<keyof Contest, string>;

export function readContest(): Contest {
  return {
    home: required(contestEnv.home),
    baseUrl: required(contestEnv.baseUrl),
    batchSize: Number(required(contestEnv.batchSize)),
    job: required(contestEnv.job) === 'chats' ? 'chats' : 'embeddings',
  };
}

/** Prints the result of a contender, which has closed its stores. */
export function printResult(result: Pick<ContenderResult, 'documents' | 'vectors'>): void {
  const line: ContenderResult = { ...result, ...ownUsage() };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is missing: this file is started by npm run bench`);
  return value;
}
