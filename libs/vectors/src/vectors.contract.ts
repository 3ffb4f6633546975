import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { describeAliases } from './aliases.contract.js';
import { describeCollections } from './collections.contract.js';
import { fields } from './contract-rows.contract.js';
import type { Vectors } from './index.js';
import { describePartitions } from './partitions.contract.js';
import { describeReading } from './reading-rows.contract.js';
import { describeRowFields } from './row-fields.contract.js';
import { describeRows } from './rows.contract.js';
import { describeSearching } from './searching.contract.js';

export interface VectorsUnderTest {
  /** Opens the store on the same data, as a new process does. */
  open(): Promise<Vectors>;
  /** Called after every opened store is closed. */
  dispose(): Promise<void>;
}

/** rows: what depends on how rows are written. others: all else. An adapter runs both, maybe in suites of their own. */
export type ContractPart = 'rows' | 'others';

const timeoutMs = 600_000;

/** The guarantees of every adapter of the vectors. */
export function describeVectorsContract(
  name: string,
  make: () => Promise<VectorsUnderTest>,
  parts: readonly ContractPart[] = ['rows', 'others'],
): void {
  describe(`${name} keeps the contract of the vectors`, () => {
    let underTest: VectorsUnderTest;
    let opened: Vectors[];
    let vectors: Vectors;
    let collection: string;

    const open = async () => {
      const another = await underTest.open();
      opened.push(another);
      return another;
    };

    beforeEach(async () => {
      underTest = await make();
      opened = [];
      vectors = await open();
      collection = `contract_${randomUUID().replaceAll('-', '_')}`;
      await vectors.ensureCollection({ name: collection, dimensions: 3, fields });
    }, timeoutMs);

    afterEach(async () => {
      for (const each of opened) await each.close();
      await underTest.dispose();
    }, timeoutMs);

    const current = () => ({ vectors, collection, open });

    if (parts.includes('rows')) {
      describeRows(current);
      describeReading(current);
      describeRowFields(current);
    }
    if (parts.includes('others')) {
      describeCollections(current);
      describeSearching(current);
      describeAliases(current);
      describePartitions(current);

      it('the check succeeds when the store is available', async () => {
        await expect(vectors.check()).resolves.toBeUndefined();
      });
    }
  });
}
