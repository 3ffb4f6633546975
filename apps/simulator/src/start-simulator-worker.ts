import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SimulatorOptions } from './options.js';
import { SimulatorError } from './simulator-error.js';
import type { Simulator } from './start-simulator.js';
import type { WorkerReport } from './worker.js';

/**
 * Starts a simulator with an event loop of its own, in a thread that dies with this process. Same result and same
 * errors as `startSimulator`.
 */
export async function startSimulatorWorker(options: SimulatorOptions): Promise<Simulator> {
  const fromSource = import.meta.url.endsWith('.ts');
  const worker = new Worker(new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url), {
    workerData: options,
    // A batch leaves much garbage behind at once: with a small nursery it is collected sooner, and the host stays smaller.
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
    execArgv: fromSource
      ? ['--disable-warning=ExperimentalWarning', '--import', new URL('./run-from-source.ts', import.meta.url).href]
      : ['--disable-warning=ExperimentalWarning'],
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const [report] = (await once(worker, 'message')) as [WorkerReport]; // the worker sends nothing else
  if ('error' in report) {
    await exited;
    throw new SimulatorError(report.error.code, report.error.message);
  }
  return {
    ...report,
    close: async () => {
      worker.postMessage('close');
      await exited;
    },
  };
}
