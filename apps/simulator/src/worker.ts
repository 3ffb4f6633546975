import { parentPort, workerData } from 'node:worker_threads';
import type { SimulatorErrorCode } from './error-codes.js';
import type { SimulatorOptions } from './options.js';
import { SimulatorError } from './simulator-error.js';
import { startSimulator } from './start-simulator.js';

/** The only message that a simulator's thread sends. */
export type WorkerReport =
  | { readonly url: string; readonly baseUrl: string; readonly port: number }
  | { readonly error: { readonly code: SimulatorErrorCode; readonly message: string } };

try {
  const simulator = await startSimulator(workerData as SimulatorOptions); // startSimulatorWorker sends them
  report({ url: simulator.url, baseUrl: simulator.baseUrl, port: simulator.port });
  parentPort?.once('message', () => void simulator.close().finally(() => parentPort?.close()));
} catch (error) {
  const code = error instanceof SimulatorError ? error.code : 'simulator.failed';
  report({ error: { code, message: error instanceof Error ? error.message : String(error) } });
}

function report(message: WorkerReport): void {
  parentPort?.postMessage(message);
}
