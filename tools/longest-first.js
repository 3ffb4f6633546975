import TestSequencer from '@jest/test-sequencer';
import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
/** Suites and about how many seconds they take on two cores. */
const knownSeconds = JSON.parse(readFileSync(join(import.meta.dirname, 'long-suites.json'), 'utf8'));

/**
 * Jest starts the longest suites first, so that no worker is left alone with one at the end. How long they take it knows from
 * its cache. A new clone has none, and the size of a file tells little: some of the longest suites are the shortest files.
 */
export default class LongestFirst extends TestSequencer {
  /** Milliseconds. Every suite has a time, so that those without one do not come first. */
  time(test) {
    const seconds = knownSeconds[relative(root, test.path)];
    return super.time(test) ?? (seconds === undefined ? statSync(test.path).size : seconds * 1_000);
  }
}
