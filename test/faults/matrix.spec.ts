import { describe, expect, it } from '@jest/globals';
import { combinations, caseOf } from './fault-case.js';
import { faults, variantsOf } from './fault-matrix.js';

describe('the fault matrix', () => {
  it('Y9: the fault matrix has values for every fault of the simulator', () => {
    expect(faults.filter((fault) => variantsOf(fault).length === 0)).toEqual([]);
  });

  it('Y9: the fault matrix has every fault alone, and every two of them', () => {
    const count = faults.length;

    expect(new Set(combinations.map((combination) => combination.toSorted().join())).size).toBe(
      count + (count * (count - 1)) / 2,
    );
  });

  it('a seed always makes the same run', () => {
    expect(caseOf(12_345)).toEqual(caseOf(12_345));
    expect(caseOf(12_345)).not.toEqual(caseOf(12_345 + combinations.length));
  });
});
