import { expect, it } from '@jest/globals';
import type { PartitionOffset } from './group-link.js';
import { OffsetCommits } from './offset-commits.js';

const at = (partition: number, next: bigint): PartitionOffset => ({ topic: 'work', partition, next });

it('commits that are wanted during a commit go into the next request, together', async () => {
  const requests: (readonly PartitionOffset[])[] = [];
  const answer = Promise.withResolvers<undefined>();
  const commits = new OffsetCommits(async (offsets) => {
    requests.push(offsets);
    await answer.promise;
  });
  const done = Promise.all([commits.commit(at(0, 1n)), commits.commit(at(1, 5n)), commits.commit(at(2, 7n))]);
  answer.resolve(undefined);
  await done;

  expect(requests).toEqual([[at(0, 1n)], [at(1, 5n), at(2, 7n)]]);
});

it('who waits for a commit that fails gets its error, and later ones are tried', async () => {
  let isAway = true;
  const commits = new OffsetCommits(async () => {
    if (isAway) throw new Error('away');
  });
  await expect(commits.commit(at(0, 1n))).rejects.toThrow('away');
  isAway = false;

  await expect(commits.commit(at(0, 1n))).resolves.toBeUndefined();
});
