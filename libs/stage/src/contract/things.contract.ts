import { Event, type Clock, type FieldsOf } from '@batchmill/contracts';
import { Records, freshWork, type WorkRecord } from '@batchmill/records';
import type { Store } from '@batchmill/store';
import { IsInt, IsNotEmpty, IsOptional, IsString } from 'class-validator';

export class ThingAsked extends Event {
  static readonly event = 'thing.asked';
  static readonly version = 1;
  static readonly description = 'Somebody wants a thing.';
  static readonly isInput = true;

  @IsOptional()
  @IsString()
  thingId?: string;

  @IsInt()
  size!: number;

  constructor(fields: FieldsOf<ThingAsked>) {
    super();
    Object.assign(this, fields);
  }

  key(): string | null {
    return this.thingId ?? null;
  }
}

abstract class OfThing extends Event {
  @IsString()
  @IsNotEmpty()
  thingId!: string;

  constructor(fields: { readonly thingId: string }) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.thingId;
  }
}

export class ThingMade extends OfThing {
  static readonly event = 'thing.made';
  static readonly version = 1;
  static readonly description = 'A thing is there.';
  static readonly isInput = false;
}

export class ThingShipped extends OfThing {
  static readonly event = 'thing.shipped';
  static readonly version = 1;
  static readonly description = 'A thing is on its way.';
  static readonly isInput = false;
}

export class ThingRefused extends OfThing {
  static readonly event = 'thing.refused';
  static readonly version = 1;
  static readonly description = 'What was asked for cannot be made.';
  static readonly isInput = false;
}

const active = ['requested', 'made'] as const;
export const thingStates = [...active, 'shipped', 'refused'] as const;
export type ThingState = (typeof thingStates)[number];

/** The simplest record that stages can work on. */
export interface Thing extends WorkRecord<ThingState> {
  readonly progress: number;
  readonly reason: string | null;
}

export class Things extends Records<Thing> {
  readonly activeStates = active;
  protected readonly indexes = [];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Thing>('things'), clock);
  }

  idIn(event: Event): string | null {
    return 'thingId' in event && typeof event.thingId === 'string' ? event.thingId : null;
  }

  runOf(): null {
    return null;
  }

  async countAll(): Promise<number> {
    return this.collection.count({});
  }

  new(id: string, state: ThingState, traceparent: string | null = null): Thing {
    return { ...freshWork(id, state, { now: this.clock.now(), traceparent }), progress: 0, reason: null };
  }
}
