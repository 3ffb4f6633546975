import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SimulatorOptions } from './options.js';
import { SimulatorError } from './simulator-error.js';
import type { Simulator } from './start-simulator.js';
import type { WorkerReport } from './worker.js';

/**
 * Starts a simulator in a thread with its own event loop. The thread ends with this process. Same result and
 * errors as `startSimulator`.
 */
export async function startSimulatorWorker(options: SimulatorOptions): Promise<Simulator> {
  const fromSource = import.meta.url.endsWith('.ts');
  const worker = new Worker(new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url), {
    workerData: options,
    // A batch creates much garbage at once. A small nursery collects it sooner and keeps the process smaller.
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
