import type { TestEngine } from '@batchmill/testing';

/** What the simulated provider says of itself at `GET /admin/ledger`. */
export interface Ledger {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
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
  return (await ask(bundle, 'GET', '/admin/ledger')) as Ledger;
}

/** The ledger without its ids, as most tests want it: nothing was paid twice, and no file is left. */
export const nothingTwiceNothingLeft = { twice: [], files: [] } as const;

/** These rules in the place of all former ones. */
export async function befall(bundle: TestEngine, ...rules: FaultRule[]): Promise<void> {
  await ask(bundle, 'PUT', '/admin/faults', rules);
}

/** How often each rule has fired, in the order in which they were set. */
export async function firedOf(bundle: TestEngine): Promise<number[]> {
  const standing = (await ask(bundle, 'GET', '/admin/faults')) as { fired: number }[];
  return standing.map(({ fired }) => fired);
}

async function ask({ simulator }: TestEngine, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${simulator.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}
