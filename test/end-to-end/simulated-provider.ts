import type { TestEngine } from '@batchmill/testing';

/** What the simulated provider reports at `GET /admin/ledger`. */
export interface Ledger {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
  readonly nanoUsd: number;
  readonly synchronous: { readonly requests: number; readonly nanoUsd: number };
  readonly twice: readonly { customId: string; times: number; batches: readonly string[] }[];
  readonly batches: readonly { id: string; status: string; requests: number; billed: number }[];
  readonly files: readonly { id: string; purpose: string; bytes: number }[];
}

export interface FaultRule {
  readonly on: string;
  readonly what: string;
  readonly value?: unknown;
  readonly rate?: number;
  readonly every?: number;
  readonly times?: number;
  readonly match?: string;
}

export async function ledgerOf(bundle: TestEngine): Promise<Ledger> {
  return (await call(bundle, 'GET', '/admin/ledger')) as Ledger;
}

/** The part of a ledger that shows that nothing was paid twice and no file is left. */
export const nothingTwiceNothingLeft = { twice: [], files: [] } as const;

/** Replaces all fault rules. */
export async function injectFaults(bundle: TestEngine, ...rules: FaultRule[]): Promise<void> {
  await call(bundle, 'PUT', '/admin/faults', rules);
}

/** How often each rule has fired, in the order in which they were set. */
export async function firedOf(bundle: TestEngine): Promise<number[]> {
  const rules = (await call(bundle, 'GET', '/admin/faults')) as { fired: number }[];
  return rules.map(({ fired }) => fired);
}

/** From now on the simulator posts there that a batch has ended. */
export async function sendWebhooksTo(bundle: TestEngine, target: { url: string; secret: string }): Promise<void> {
  await call(bundle, 'PUT', '/admin/webhook', target);
}

/** Lets simulated time pass, also where the simulator's speed is 0. */
export async function advanceProvider(bundle: TestEngine, advanceSeconds: number): Promise<void> {
  await call(bundle, 'POST', '/admin/clock', { advanceSeconds });
}

async function call({ simulator }: TestEngine, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${simulator.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}
