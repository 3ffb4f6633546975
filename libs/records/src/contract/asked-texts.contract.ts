import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { AskedTexts, type Asker } from '../index.js';
import { concurrently, eachWithFixture } from './fixture.contract.js';

export function describeAskedTexts(make: MakeStore): void {
  describe('asked texts', () => {
    const fixture = eachWithFixture(make);
    const asked = (): AskedTexts => new AskedTexts(fixture().store);
    const askersOf = (claimId: string, hashes: readonly string[]): ReadonlyMap<string, Asker> =>
      new Map(hashes.map((hash) => [hash, { claimId, document: `of ${claimId}` }]));

    it('M2: the first document of a run that asks for a text is the one that does, also when it asks again', async () => {
      await asked().ask('run', askersOf('c1', ['a', 'b']));

      const found = await asked().ask('run', askersOf('c2', ['b', 'c']));
      const again = await asked().ask('run', askersOf('c1', ['a', 'b']));

      expect(Object.fromEntries(found)).toEqual({
        b: { claimId: 'c1', document: 'of c1' },
        c: { claimId: 'c2', document: 'of c2' },
      });
      expect([...again.values()].map(({ claimId }) => claimId)).toEqual(['c1', 'c1']);
      expect((await asked().ask('run', new Map())).size).toBe(0);
    });

    it('M2: a document that asks again in another claim asks in that one, and nobody else takes its place', async () => {
      const own = (claimId: string): ReadonlyMap<string, Asker> => new Map([['a', { claimId, document: 'one' }]]);
      await asked().ask('run', own('c1'));

      const moved = await asked().ask('run', own('c2'));
      const other = await asked().ask('run', askersOf('c3', ['a']));

      expect([...moved.values(), ...other.values()]).toEqual([
        { claimId: 'c2', document: 'one' },
        { claimId: 'c2', document: 'one' },
      ]);
    });

    it('M2: of claims that ask for a text at the same time one does, and all see which', async () => {
      const hashes = Array.from({ length: 50 }, (_, index) => `text ${index}`);

      const found = await concurrently(5, async (index) => asked().ask('run', askersOf(`c${index}`, hashes)));

      for (const hash of hashes) {
        expect(new Set(found.map((askers) => askers.get(hash)?.claimId)).size).toBe(1);
      }
    });

    it('M2: runs ask for themselves, and the end of one deletes what it asked for', async () => {
      await asked().ask('run', askersOf('c1', ['a']));
      await asked().ask('other', askersOf('c2', ['a']));
      await asked().deleteOfRun('run');

      expect([...(await asked().ask('run', askersOf('c3', ['a']))).values()]).toEqual([
        { claimId: 'c3', document: 'of c3' },
      ]);
      expect([...(await asked().ask('other', askersOf('c4', ['a']))).values()]).toEqual([
        { claimId: 'c2', document: 'of c2' },
      ]);
    });
  });
}
