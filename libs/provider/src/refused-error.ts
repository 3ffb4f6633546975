import { ProcessingError } from '@batchmill/contracts';

/** A definite refusal by the provider. `status` is the HTTP status, `providerCode` the provider's own code if it sent one. */
export class RefusedError extends ProcessingError {
  readonly status: number;
  readonly providerCode: string | null;

  constructor(
    call: string,
    refusal: { status: number; providerCode: string | null; message: string },
    options?: { cause?: unknown },
  ) {
    super('provider.refused', `${call}: the provider refused with ${refusal.status}: ${refusal.message}`, options);
    this.status = refusal.status;
    this.providerCode = refusal.providerCode;
  }
}
