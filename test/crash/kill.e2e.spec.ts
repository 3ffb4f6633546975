import { describeKills } from './kill-suite.js';
import { momentOf } from './moments.js';

/** One moment of each kind: a call of a store, of the provider, of the vectors. kill.long.spec.ts has them all. */
describeKills(
  [
    'interleaving 1: documents are marked, their claim not sealed',
    'after create was accepted, before its answer',
    'after the vectors, before the documents',
  ].map(momentOf),
);
