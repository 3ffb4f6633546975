import type { Filling, FillingLimits } from './filling.js';

/** True when a file that holds `filling` may take `addition` too. */
export function fits(filling: Filling, addition: Filling, limits: FillingLimits): boolean {
  return (
    filling.documents + addition.documents <= limits.maxDocuments &&
    filling.requests + addition.requests <= limits.maxRequests &&
    filling.bytes + addition.bytes <= limits.maxFileBytes &&
    filling.inputs + addition.inputs <= limits.maxInputs &&
    (limits.maxTokens === null || filling.tokens + addition.tokens <= limits.maxTokens)
  );
}
