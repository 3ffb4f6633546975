import type { SimulatorErrorCode } from './error-codes.js';

/** A mistake of whoever starts or controls the simulator, in one line. `code` is stable. */
export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SimulatorError';
    this.code = code;
  }
}
