import type { StageName } from '@batchmill/all-in-one';

/** A moment in the life of a run at which the process that works on it is killed. */
export interface Moment {
  /** Also the run's id, so that it stands in the ids of everything that the run makes. */
  readonly id: string;
  readonly name: string;
  /** Who comes to it, where every stage is a process of its own. */
  readonly service: StageName;
  readonly endpoint: 'embeddings' | 'inference';
  readonly at: PortCall | ProviderCall;
}

/** A call of a port, inside the process: it kills itself before or after the call. */
export interface PortCall {
  readonly port: 'store' | 'bus' | 'blobs' | 'vectors';
  /** Of the store. */
  readonly collection?: string;
  readonly method: string;
  /** All of these stand in what the call is given, as JSON. */
  readonly given: readonly string[];
  readonly when: 'before' | 'after';
}

/** A call of the provider, seen on its way: the process is killed by whoever carries the call. */
export interface ProviderCall {
  readonly provider: string;
  readonly path: RegExp;
  /**
   * asked: before the provider hears of it. sending: it has half of what is sent. done: it has done it, the answer is not
   * given. middle: half of the answer is given.
   */
  readonly when: 'requested' | 'sending' | 'done' | 'middle';
}

type Listed = readonly [string, Moment['endpoint'], Moment['at']];

const lists: Readonly<Record<StageName, readonly Listed[]>> = {
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
      store('notes', 'bulk', 'after', ['"asked"']),
    ],
    [
      'interleaving 1: the scan has moved on, its claim not sealed',
      'inference',
      store('claims', 'updateOne', 'before', ['"sealed"']),
    ],
    ['interleaving 11: a claim is sealed, nobody told', 'embeddings', bus('before', 'chunks.selected')],
    ['interleaving 11: a claim is sealed and told, not marked as said', 'embeddings', bus('after', 'chunks.selected')],
    ['a claim is counted', 'embeddings', store('claims', 'updateOne', 'after', ['"done"', '"succeeded"'])],
    [
      'the last claim stands, the run has not ended',
      'inference',
      store('claims', 'insertOne', 'after', ['"kind":"end"']),
    ],
    ['a run has ended, nobody told', 'embeddings', bus('before', 'run.finished')],
  ],
  'jsonl-builder': [
    ['a file is written, its batch not recorded', 'embeddings', store('batches', 'insertOne', 'before', [])],
    ['a batch is recorded, nobody told', 'inference', store('batches', 'insertOne', 'after', [])],
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
    ['a batch is submitted, nobody told', 'embeddings', bus('before', 'batch.submitted')],
  ],
  'status-poller': [
    ['in a look at a batch', 'embeddings', provider('GET', /^\/v1\/batches\/[^/]+$/, 'requested')],
    ['a batch is settled, nobody told', 'inference', bus('before', 'batch.settled')],
  ],
  'result-ingester': [
    ['in mid-download', 'embeddings', provider('GET', /\/content$/, 'middle')],
    ['downloaded, not noted', 'embeddings', store('batches', 'updateOne', 'before', ['"part":"output"'])],
    [
      'after the vectors, before the documents',
      'embeddings',
      { port: 'vectors', method: 'upsert', given: [], when: 'after' },
    ],
    [
      'interleaving 12: after the documents, before the checkpoint',
      'inference',
      store('notes', 'bulk', 'after', ['"done"']),
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
      { port: 'blobs', method: 'delete', given: ['.results.jsonl'], when: 'after' },
    ],
    ['cleaned up, the batch not ingested', 'embeddings', store('batches', 'updateOne', 'before', ['"ingested"'])],
    ['ingested, nobody told', 'embeddings', bus('before', 'results.ingested')],
  ],
  notifier: [
    [
      'a notification is recorded, its message not committed',
      'embeddings',
      store('notifications', 'insertOne', 'after', []),
    ],
  ],
};

const stages = Object.keys(lists) as StageName[]; // the keys of a record over them

export const moments: readonly Moment[] = stages
  .flatMap((service) => lists[service].map((listed) => ({ service, listed })))
  .map(({ service, listed: [name, endpoint, at] }, index) => ({
    id: `moment${String(index + 1).padStart(2, '0')}`,
    name,
    service,
    endpoint,
    at,
  }));

function store(collection: string, method: string, when: PortCall['when'], given: readonly string[]): PortCall {
  return { port: 'store', collection, method, given, when };
}

function bus(when: PortCall['when'], event: string): PortCall {
  return { port: 'bus', method: 'publish', given: [`batchmill.${event}`], when };
}

function provider(method: string, path: RegExp, when: ProviderCall['when']): ProviderCall {
  return { provider: method, path, when };
}

/** Throws when there is none of the name. */
export function momentOf(name: string): Moment {
  const found = moments.find((moment) => moment.name === name);
  if (found === undefined) throw new Error(`No moment is named "${name}"`);
  return found;
}
