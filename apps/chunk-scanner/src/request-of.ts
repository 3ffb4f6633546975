import type { RunRequested } from '@batchmill/contracts';
import type { RunRequest } from '@batchmill/records';

/** What is kept of a request: what it says, and nothing that it leaves out. */
export function requestOf({
  pipeline,
  endpoint,
  functions,
  parameters,
  documents,
  limit,
  redo,
}: RunRequested): RunRequest {
  return {
    pipeline,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(functions === undefined ? {} : { functions }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(documents === undefined ? {} : { documents }),
    ...(limit === undefined ? {} : { limit }),
    ...(redo === undefined ? {} : { redo }),
  };
}
