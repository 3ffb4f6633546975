import type { StageName } from '@batchmill/all-in-one';

/** A moment in the life of a run at which the process that works on it is killed. */
export interface Moment {
  /** Also the run's id, so that it stands in the ids of everything that the run makes. */
  readonly id: string;
  readonly name: string;
  /** The service that makes the call, where every stage is its own process. */
  readonly service: StageName;
  readonly endpoint: 'embeddings' | 'inference';
  readonly at: PortCall | ProviderCall;
}

/** A call of a port inside the process, which kills itself before or after the call. */
export interface PortCall {
  readonly port: 'store' | 'bus' | 'blobs' | 'vectors';
  /** Of a call of the store. */
  readonly collection?: string;
  readonly method: string;
  /** The call's arguments as JSON contain all of these. */
  readonly argumentParts: readonly string[];
  readonly when: 'before' | 'after';
}

/** A call of the provider, seen by the proxy between, which has the process killed. */
export interface ProviderCall {
  readonly provider: string;
  readonly path: RegExp;
  /**
   * requested: before the provider gets the call. sending: it has half of the request. done: it has carried out the call,
   * and the answer is not passed on. middle: half of the answer is passed on.
   */
  readonly when: 'requested' | 'sending' | 'done' | 'middle';
}

type MomentRow = readonly [string, Moment['endpoint'], Moment['at']];

const rowsByService: Readonly<Record<StageName, readonly MomentRow[]>> = {
  'chunk-scanner': [
    ['a request is recorded, its message not committed', 'embeddings', store('runs', 'insertOne', 'after', [])],
    [
      'interleaving 1: a page is gathered, its claim not opened',
      'embeddings',
      store('claims', 'insertOne', 'before', ['"open"']),
    ],
    ['interleaving 1: a claim is open, nothing marked', 'inference', store('claims', 'insertOne', 'after', ['"open"'])],
    [
      'interleaving 1: documents are marked, their claim not sealed',
      'embeddings',
      store('notes', 'bulk', 'after', ['"requested"']),
    ],
    [
      'interleaving 1: the scan position is stored, its claim not sealed',
      'inference',
      store('claims', 'updateOne', 'before', ['"sealed"']),
    ],
    ['interleaving 11: a claim is sealed, its event not published', 'embeddings', bus('before', 'chunks.selected')],
    [
      'interleaving 11: a claim is sealed and its event published, the outbox not emptied',
      'embeddings',
      bus('after', 'chunks.selected'),
    ],
    ['a claim is counted', 'embeddings', store('claims', 'updateOne', 'after', ['"done"', '"succeeded"'])],
    [
      'the last claim is inserted, the run has not ended',
      'inference',
      store('claims', 'insertOne', 'after', ['"kind":"end"']),
    ],
    ['a run has ended, its event not published', 'embeddings', bus('before', 'run.finished')],
  ],
  'jsonl-builder': [
    ['a file is written, its batch not recorded', 'embeddings', store('batches', 'insertOne', 'before', [])],
    ['a batch is recorded, its event not published', 'inference', store('batches', 'insertOne', 'after', [])],
    ['all batches exist, their claim is not built', 'embeddings', store('claims', 'updateOne', 'before', ['"built"'])],
  ],
  'batch-submitter': [
    ['half uploaded', 'embeddings', provider('POST', /^\/v1\/files$/, 'sending')],
    ['after upload', 'embeddings', provider('POST', /^\/v1\/files$/, 'done')],
    ['armed, create not called', 'embeddings', provider('POST', /^\/v1\/batches$/, 'requested')],
    ['after create was accepted, before its answer', 'inference', provider('POST', /^\/v1\/batches$/, 'done')],
    [
      'create is answered, the batch not submitted',
      'embeddings',
      store('batches', 'updateOne', 'before', ['"submitted"']),
    ],
    ['a batch is submitted, its event not published', 'embeddings', bus('before', 'batch.submitted')],
  ],
  'status-poller': [
    ['while a batch is polled', 'embeddings', provider('GET', /^\/v1\/batches\/[^/]+$/, 'requested')],
    ['a batch is settled, its event not published', 'inference', bus('before', 'batch.settled')],
  ],
  'result-ingester': [
    ['in the middle of a download', 'embeddings', provider('GET', /\/content$/, 'middle')],
    [
      'downloaded, the download not recorded',
      'embeddings',
      store('batches', 'updateOne', 'before', ['"part":"output"']),
    ],
    [
      'after the vectors, before the documents',
      'embeddings',
      { port: 'vectors', method: 'upsert', argumentParts: [], when: 'after' },
    ],
    [
      'interleaving 12: after the documents, before the checkpoint',
      'inference',
      store('notes', 'bulk', 'after', ['"done"']),
    ],
    [
      'after the documents, before their answers are kept for others',
      'inference',
      store('reusable_answers', 'bulk', 'before', []),
    ],
    ['between two slices', 'inference', store('batches', 'updateOne', 'after', ['"part":"output"', '"succeeded":2'])],
    [
      'all is written, the provider’s files not deleted',
      'embeddings',
      provider('DELETE', /^\/v1\/files\//, 'requested'),
    ],
    [
      'the copies of the results are deleted, the batch not ingested',
      'embeddings',
      { port: 'blobs', method: 'delete', argumentParts: ['.results.jsonl'], when: 'after' },
    ],
    ['cleaned up, the batch not ingested', 'embeddings', store('batches', 'updateOne', 'before', ['"ingested"'])],
    ['ingested, its event not published', 'embeddings', bus('before', 'results.ingested')],
  ],
  notifier: [
    [
      'a notification is recorded, its message not committed',
      'embeddings',
      store('notifications', 'insertOne', 'after', []),
    ],
  ],
};

const stages = Object.keys(rowsByService) as StageName[]; // the keys of a record over them

export const moments: readonly Moment[] = stages
  .flatMap((service) => rowsByService[service].map((row) => ({ service, row })))
  .map(({ service, row: [name, endpoint, at] }, index) => ({
    id: `moment${String(index + 1).padStart(2, '0')}`,
    name,
    service,
    endpoint,
    at,
  }));

function store(collection: string, method: string, when: PortCall['when'], argumentParts: readonly string[]): PortCall {
  return { port: 'store', collection, method, argumentParts, when };
}

function bus(when: PortCall['when'], event: string): PortCall {
  return { port: 'bus', method: 'publish', argumentParts: [`batchmill.${event}`], when };
}

function provider(method: string, path: RegExp, when: ProviderCall['when']): ProviderCall {
  return { provider: method, path, when };
}

/** Throws when no moment has the name. */
export function momentOf(name: string): Moment {
  const found = moments.find((moment) => moment.name === name);
  if (found === undefined) throw new Error(`No moment is named "${name}"`);
  return found;
}
