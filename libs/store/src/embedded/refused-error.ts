import { ProcessingError } from '@batchmill/contracts';

/** Why the store cannot do what was asked of it: a reason in the request, or in the document that it met. */
export type RefusedCode = 'store.update-refused' | 'store.filter-refused' | 'store.insert-refused';

export function refuse(code: RefusedCode, message: string, cause?: unknown): never {
  throw new ProcessingError(code, message, cause === undefined ? undefined : { cause });
}

export function refuseFilter(message: string, cause?: unknown): never {
  refuse('store.filter-refused', message, cause);
}

export function refuseUpdate(message: string, cause?: unknown): never {
  refuse('store.update-refused', message, cause);
}
