import type { SimulatorErrorCode } from './error-codes.js';

/** What a person who starts or steers the simulator did wrong, said in one line. `code` is stable. */
export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SimulatorError';
    this.code = code;
  }
}
