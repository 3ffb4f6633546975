import { describe, expect, it } from '@jest/globals';
import { ChunksSelected } from '@batchmill/contracts';
import type { MakeStore } from '@batchmill/store/contract';
import { concurrently, eachWithBench } from './bench.contract.js';

export function describeInserting(make: MakeStore): void {
  describe('inserting and moving what nobody leases', () => {
    const bench = eachWithBench(make);
    const claim = (number: number, members: string) =>
      bench().claims.new('run', number, {
        kind: 'scan',
        previousClaimId: null,
        positionAfter: null,
        scanEnds: false,
        members,
        traceparent: null,
      });

    it('a record is inserted together with its facts', async () => {
      const event = new ChunksSelected({ runId: 'run', claimId: 'run.c1', documents: 0 });
      const transition = bench().claims.insertion(claim(1, 'members'), event);

      expect(await transition.apply([bench().fact('one')])).toBe(true);

      expect(transition).toMatchObject({
        events: [event],
        recordId: 'run.c1',
        endsLease: false,
        whenNotApplied: 'done-already',
      });
      expect(await bench().claims.get('run.c1')).toMatchObject({ members: 'members', outbox: [{ id: 'one' }] });
      await transition.markPublished('one');
      expect(await bench().claims.get('run.c1')).toMatchObject({ outbox: [] });
    });

    it('of 16 insertions under one id one is done, and the others change nothing', async () => {
      const done = await concurrently(16, (worker) =>
        bench()
          .claims.insertion(claim(1, `members-${worker}`))
          .apply([bench().fact(`fact-${worker}`)]),
      );

      expect(done.filter((applied) => applied)).toHaveLength(1);
      const winner = done.indexOf(true);
      expect(await bench().claims.get('run.c1')).toMatchObject({
        members: `members-${winner}`,
        outbox: [{ id: `fact-${winner}` }],
      });
    });

    it('an insertion that the store refuses is an error, not a record that exists already', async () => {
      const refused = bench()
        .claims.insertion({ ...claim(1, 'members'), _id: ['no', 'id'] as unknown as string }) // what no caller can have
        .apply([]);

      await expect(refused).rejects.toMatchObject({ code: 'store.insert-refused' });
    });

    it('a transition expects the state alone, and happens once', async () => {
      await bench().claims.insertion(claim(1, 'members')).apply([]);
      const changes = { sealedMembers: 'sealed', documents: 3 };
      const transition = bench().claims.transition('run.c1', { from: 'open', to: 'sealed', changes });

      expect(await transition.apply([bench().fact('one')])).toBe(true);
      expect(await transition.apply([bench().fact('two')])).toBe(false);

      expect(transition.whenNotApplied).toBe('done-already');
      expect(await bench().claims.get('run.c1')).toMatchObject({
        state: 'sealed',
        ...changes,
        outbox: [{ id: 'one' }],
        nextAt: bench().clock.now(),
      });
    });

    it('a transition may say when the record is looked at next', async () => {
      await bench().claims.insertion(claim(1, 'members')).apply([]);

      await bench()
        .claims.transition('run.c1', { from: 'open', to: 'sealed', nextAt: bench().in(500) })
        .apply([]);

      const taking = { state: 'sealed', owner: 'a', leaseMs: 1_000 } as const;
      expect(await bench().claims.take(taking)).toBeNull();
      bench().clock.advance(500);
      expect(await bench().claims.take(taking)).toMatchObject({ _id: 'run.c1' });
    });
  });
}
