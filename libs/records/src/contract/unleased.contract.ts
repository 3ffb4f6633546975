import { describe, expect, it } from '@jest/globals';
import { ChunksSelected } from '@batchmill/contracts/events';
import type { MakeStore } from '@batchmill/store/contract';
import { concurrently, eachWithFixture } from './fixture.contract.js';

export function describeUnleased(make: MakeStore): void {
  describe('records without a lease', () => {
    const fixture = eachWithFixture(make);
    const claim = (number: number, members: string) =>
      fixture().claims.new('run', number, {
        kind: 'scan',
        previousClaimId: null,
        positionAfter: null,
        scanEnds: false,
        members,
        traceparent: null,
      });

    it('a record is inserted together with its envelopes', async () => {
      const event = new ChunksSelected({ runId: 'run', claimId: 'run.c1', documents: 0 });
      const transition = fixture().claims.insert(claim(1, 'members'), event);

      expect(await transition.apply([fixture().envelope('one')])).toBe(true);

      expect(transition).toMatchObject({
        events: [event],
        recordId: 'run.c1',
        endsLease: false,
      });
      expect(await fixture().claims.get('run.c1')).toMatchObject({ members: 'members', outbox: [{ id: 'one' }] });
      await transition.markPublished('one');
      expect(await fixture().claims.get('run.c1')).toMatchObject({ outbox: [] });
    });

    it('of 16 concurrent inserts under one id one is applied, and the others change nothing', async () => {
      const done = await concurrently(16, (worker) =>
        fixture()
          .claims.insert(claim(1, `members-${worker}`))
          .apply([fixture().envelope(`event-${worker}`)]),
      );

      expect(done.filter((applied) => applied)).toHaveLength(1);
      const winner = done.indexOf(true);
      expect(await fixture().claims.get('run.c1')).toMatchObject({
        members: `members-${winner}`,
        outbox: [{ id: `event-${winner}` }],
      });
    });

    it('an insert that the store refuses is an error, not an existing record', async () => {
      const refused = fixture()
        .claims.insert({ ...claim(1, 'members'), _id: ['no', 'id'] as unknown as string }) // no caller has such an id
        .apply([]);

      await expect(refused).rejects.toMatchObject({ code: 'store.insert-refused' });
    });

    it('a transition expects only the state, and is applied once', async () => {
      await fixture().claims.insert(claim(1, 'members')).apply([]);
      const changes = { sealedMembers: 'sealed', documents: 3 };
      const transition = fixture().claims.transition('run.c1', { from: 'open', to: 'sealed', changes });

      expect(await transition.apply([fixture().envelope('one')])).toBe(true);
      expect(await transition.apply([fixture().envelope('two')])).toBe(false);

      expect(transition.endsLease).toBe(false);
      expect(await fixture().claims.get('run.c1')).toMatchObject({
        state: 'sealed',
        ...changes,
        outbox: [{ id: 'one' }],
        nextAt: fixture().clock.now(),
      });
    });

    it('a transition can set when the record is due', async () => {
      await fixture().claims.insert(claim(1, 'members')).apply([]);

      await fixture()
        .claims.transition('run.c1', { from: 'open', to: 'sealed', nextAt: fixture().in(500) })
        .apply([]);

      const taking = { state: 'sealed', owner: 'a', leaseMs: 1_000 } as const;
      expect(await fixture().claims.take(taking)).toBeNull();
      fixture().clock.advance(500);
      expect(await fixture().claims.take(taking)).toMatchObject({ _id: 'run.c1' });
    });
  });
}
