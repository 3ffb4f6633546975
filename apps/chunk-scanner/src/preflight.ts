import { ValidationError } from '@batchmill/contracts';
import type { RunPlan } from '@batchmill/pipeline';
import { RefusedError, type Provider } from '@batchmill/provider';
import type { Vectors } from '@batchmill/vectors';

/**
 * What can be known to be wrong before money is spent. Throws a ValidationError that says what; a dependency that is away
 * throws as such, and is waited for.
 */
export async function preflight(plan: RunPlan, vectors: Vectors, provider: Provider): Promise<void> {
  if (plan.side.vectors !== null) {
    const { collection, dimensions } = plan.side.vectors;
    await vectors.ensureCollection({ name: collection, dimensions });
  }
  try {
    await provider.check();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    throw refusalOf(error);
  }
}

function refusalOf(cause: RefusedError): ValidationError {
  const { status } = cause;
  return status === 401 || status === 403
    ? new ValidationError(
        'run.key-refused',
        `the provider refuses the key with ${status}; set OPENAI_API_KEY to a key that it takes`,
        { cause },
      )
    : new ValidationError(
        'run.provider-refused',
        `the provider refuses to list batches with ${status}; see that OPENAI_BASE_URL names a server with the Batch API`,
        { cause },
      );
}
