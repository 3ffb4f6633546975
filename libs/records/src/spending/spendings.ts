import type { Collection, Fields, Store } from '@batchmill/store';
import { scopeId, type LimitedScope, type SpendingScope } from './spending-scope.js';

/** The most that a batch may cost, set aside until its cost is known. */
export interface Reservation {
  readonly batchId: string;
  /** The fence of the lease under which it was made, so that a worker that is late releases only its own. */
  readonly fence: number;
  readonly nanoUsd: number;
}

type ReservationKey = Pick<Reservation, 'batchId' | 'fence'>;

/** The money of one scope. `committed` never passes the scope's limit by a reservation. */
export interface Spending extends Fields {
  readonly _id: string;
  /** What was spent and what is reserved, in nano-dollars. */
  readonly committed: number;
  /** The part of it that is reserved. */
  readonly reserved: number;
  readonly reservations: readonly Reservation[];
}

/** A scope without room for a reservation. */
export interface NoRoom {
  readonly scope: SpendingScope;
  readonly limitNanoUsd: number;
  readonly spentNanoUsd: number;
  /** What other batches hold. They give back what they do not use. */
  readonly reservedNanoUsd: number;
  readonly otherBatches: number;
}

/**
 * What runs, pipelines and accounts spend. Every write is one conditional update of one scope, so that no two submitters use the
 * same room, and a repeated call changes nothing.
 */
export class Spendings {
  readonly #collection: Collection<Spending>;

  constructor(store: Store) {
    this.#collection = store.collection<Spending>('spendings');
  }

  async get(scope: SpendingScope): Promise<Spending | null> {
    return this.#collection.findOne({ _id: scopeId(scope) });
  }

  /** Forgets what a run has spent, with its record: another run may have its id. */
  async deleteOfRun(runId: string): Promise<void> {
    await this.#collection.deleteMany({ _id: scopeId({ of: 'run', runId }), reserved: 0 });
  }

  /** The scopes in which something is reserved. */
  reserving(): AsyncIterable<Spending> {
    return this.#collection.find({ 'reservations.batchId': { $gt: '' } });
  }

  /** The first scope that has no room for a batch that holds nothing; null: `reserve` has to find out. Writes nothing. */
  async noRoomFor(scopes: readonly LimitedScope[], { batchId, nanoUsd }: Reservation): Promise<NoRoom | null> {
    for (const limited of scopes) {
      const known = limited.limitNanoUsd === null ? null : await this.get(limited.scope);
      if (known === null) continue;
      if (known.reservations.some((one) => one.batchId === batchId)) return null;
      const noRoom = noRoomIn(known, limited, nanoUsd);
      if (noRoom !== null) return noRoom;
    }
    return null;
  }

  /**
   * Reserves in all scopes or in none. Null: it is reserved, from now on or already; else the first scope that has no room. The
   * writes need not be durable, because the create call that they allow is armed by a write that is.
   */
  async reserve(scopes: readonly LimitedScope[], reservation: Reservation): Promise<NoRoom | null> {
    const isLimited = ({ limitNanoUsd }: LimitedScope): boolean => limitNanoUsd !== null;
    const reserved: string[] = [];
    // One after another: of two batches that each reserve where the other finds no room, both would be refused.
    for (const limited of scopes.filter(isLimited)) {
      const noRoom = await this.#reserveIn(limited, reservation);
      if (noRoom !== null) {
        await this.settle(reserved, reservation, 0);
        return noRoom;
      }
      reserved.push(scopeId(limited.scope));
    }
    const others = scopes.filter((scope) => !isLimited(scope));
    await eachEnded(others.map((unlimited) => this.#reserveIn(unlimited, reservation)));
    return null;
  }

  /**
   * Replaces a reservation by what its batch has cost, in nano-dollars. Null: the cost is unknown, so that the reservation counts as
   * spent. Does nothing where there is none.
   */
  async settle(scopeIds: readonly string[], { batchId, fence }: ReservationKey, nanoUsd: number | null): Promise<void> {
    await eachEnded(scopeIds.map((id) => this.#settleIn(id, { batchId, fence }, nanoUsd)));
  }

  async #settleIn(_id: string, { batchId, fence }: ReservationKey, nanoUsd: number | null): Promise<void> {
    const spending = await this.#collection.findOne({ _id });
    const own = spending?.reservations.find((one) => isSame(one, { batchId, fence }));
    if (own === undefined) return;
    await this.#collection.updateOne(
      { _id, reservations: { $elemMatch: { batchId, fence } } },
      {
        $inc: { committed: (nanoUsd ?? own.nanoUsd) - own.nanoUsd, reserved: -own.nanoUsd },
        $pull: { reservations: { batchId, fence } },
      },
    );
  }

  async #reserveIn(limited: LimitedScope, reservation: Reservation): Promise<NoRoom | null> {
    const { limitNanoUsd } = limited;
    const _id = scopeId(limited.scope);
    const { batchId, fence, nanoUsd } = reservation;
    for (;;) {
      const known = await this.#collection.findOne({ _id });
      if (known === null) {
        await this.#insert(_id);
        continue;
      }
      if (known.reservations.some((one) => isSame(one, reservation))) return null;
      const noRoom = noRoomIn(known, limited, nanoUsd);
      if (noRoom !== null) return noRoom;
      const room = limitNanoUsd === null ? {} : { committed: { $lte: limitNanoUsd - nanoUsd } };
      const { matched } = await this.#collection.updateOne(
        { _id, ...room, reservations: { $not: { $elemMatch: { batchId, fence } } } },
        { $inc: { committed: nanoUsd, reserved: nanoUsd }, $push: { reservations: reservation } },
        { durable: false },
      );
      if (matched === 1) return null;
    }
  }

  async #insert(_id: string): Promise<void> {
    const empty = { committed: 0, reserved: 0, reservations: [] };
    await this.#collection.updateOne({ _id }, { $setOnInsert: empty }, { upsert: true });
  }
}

/** Resolves when all have ended, and rejects only then: none writes later than its caller knows of. */
async function eachEnded(writes: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(writes);
  await Promise.all(writes);
}

function noRoomIn(
  { committed, reserved, reservations }: Spending,
  { scope, limitNanoUsd }: LimitedScope,
  nanoUsd: number,
): NoRoom | null {
  if (limitNanoUsd === null || committed + nanoUsd <= limitNanoUsd) return null;
  const spentNanoUsd = committed - reserved;
  return { scope, limitNanoUsd, spentNanoUsd, reservedNanoUsd: reserved, otherBatches: reservations.length };
}

function isSame(a: ReservationKey, b: ReservationKey): boolean {
  return a.batchId === b.batchId && a.fence === b.fence;
}
