import type { Command } from 'commander';
import type { ExitCode, Shell } from './shell.js';

/** Adds a command, and its subcommands, to the program. What its actions resolve to is the exit code. */
export type AddCommand = (program: Command, doing: Doing) => void;

/** Wraps what a command does, so that the process ends with its exit code. */
export type Doing = <Given extends unknown[]>(
  action: (shell: Shell, ...given: Given) => Promise<ExitCode>,
) => (...given: Given) => Promise<void>;

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  /** Loaded only when it is asked for: help and version stay quick. */
  readonly load: () => Promise<AddCommand>;
}

/** Every command there is, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'run a pipeline',
    example: 'batchmill run annual-reports --companies-file admin_list.txt --limit 100',
    load: async () => (await import('./commands/run.js')).addRun,
  },
  {
    name: 'estimate',
    summary: 'say what a run would ask and cost, without spending anything',
    example: 'batchmill estimate annual-reports --endpoint inference --documents 3500',
    load: async () => (await import('./commands/estimate.js')).addEstimate,
  },
  {
    name: 'progress',
    summary: 'follow a run',
    example: 'batchmill progress',
    load: async () => (await import('./commands/progress.js')).addProgress,
  },
  {
    name: 'runs',
    summary: 'list, show or cancel runs',
    example: 'batchmill runs list',
    load: async () => (await import('./commands/runs.js')).addRuns,
  },
  {
    name: 'batch',
    summary: 'list batches, show, process or cancel one',
    example: 'batchmill batch list',
    load: async () => (await import('./commands/batch.js')).addBatch,
  },
  {
    name: 'search',
    summary: 'search the vectors that runs have written',
    example: 'batchmill search annual-reports "revenue by region" --top 3',
    load: async () => (await import('./commands/search.js')).addSearch,
  },
  {
    name: 'stuck',
    summary: 'list, show or retry work that was parked',
    example: 'batchmill stuck list',
    load: async () => (await import('./commands/stuck.js')).addStuck,
  },
  {
    name: 'dlt',
    summary: 'list, show or publish again messages that nobody could use',
    example: 'batchmill dlt list',
    load: async () => (await import('./commands/dlt.js')).addDlt,
  },
  {
    name: 'simulator',
    summary: 'simulate the OpenAI API on a port',
    example: 'batchmill simulator --port 8080 --speed 1000',
    load: async () => (await import('./commands/simulator.js')).addSimulator,
  },
];
