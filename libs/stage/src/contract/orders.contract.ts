import { Event, type Clock, type FieldsOf } from '@batchmill/contracts';
import { Records, freshWork, type WorkRecord } from '@batchmill/records';
import type { Store } from '@batchmill/store';
import { IsInt, IsNotEmpty, IsOptional, IsString } from 'class-validator';

export class OrderRequested extends Event {
  static readonly event = 'order.requested';
  static readonly version = 1;
  static readonly description = 'Asks for an order.';
  static readonly isInput = true;

  @IsOptional()
  @IsString()
  orderId?: string;

  @IsInt()
  size!: number;

  constructor(fields: FieldsOf<OrderRequested>) {
    super();
    Object.assign(this, fields);
  }

  key(): string | null {
    return this.orderId ?? null;
  }
}

abstract class OrderEvent extends Event {
  @IsString()
  @IsNotEmpty()
  orderId!: string;

  constructor(fields: { readonly orderId: string }) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.orderId;
  }
}

export class OrderMade extends OrderEvent {
  static readonly event = 'order.made';
  static readonly version = 1;
  static readonly description = 'An order was made.';
  static readonly isInput = false;
}

export class OrderShipped extends OrderEvent {
  static readonly event = 'order.shipped';
  static readonly version = 1;
  static readonly description = 'An order was shipped.';
  static readonly isInput = false;
}

export class OrderRefused extends OrderEvent {
  static readonly event = 'order.refused';
  static readonly version = 1;
  static readonly description = 'An order was refused.';
  static readonly isInput = false;
}

const active = ['requested', 'made'] as const;
export const orderStates = [...active, 'shipped', 'refused'] as const;
export type OrderState = (typeof orderStates)[number];

/** The simplest record that stages can work on. */
export interface Order extends WorkRecord<OrderState> {
  readonly progress: number;
  readonly reason: string | null;
}

export class Orders extends Records<Order> {
  readonly activeStates = active;
  readonly stageOf = {};
  protected readonly indexes = [];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Order>('orders'), clock);
  }

  idIn(event: Event): string | null {
    return 'orderId' in event && typeof event.orderId === 'string' ? event.orderId : null;
  }

  runOf(): null {
    return null;
  }

  async countAll(): Promise<number> {
    return this.collection.count({});
  }

  new(id: string, state: OrderState, traceparent: string | null = null): Order {
    return { ...freshWork(id, state, { now: this.clock.now(), traceparent }), progress: 0, reason: null };
  }
}
