import type { Provider } from '@batchmill/provider';
import { Batches, Budgets, describeHold, type Batch } from '@batchmill/records';
import type { Store } from '@batchmill/store';
import { formatCount, formatQuantity } from '../../show/format.js';
import type { Check, CheckContext } from '../check.js';
import { failed, ok, warning, type Finding } from '../finding.js';

/** Prints in the group of the state, because it knows only what the state has. */
export const queueCheck: Check = {
  name: 'queue',
  group: 'State and documents',
  title: () => 'queue of the provider',
  setting: 'BATCHMILL_STORE',
  settingGroups: ['adapters', 'openai', 'proxies'],
  after: () => ['state'],
  async run({ ports, clock }) {
    const store = await ports.store();
    if (store === null) return [];
    const provider = await ports.provider();
    const held = await Array.fromAsync(new Batches(store, clock).held());
    return [
      ...(provider === null ? [] : await queueFindings(provider, store, clock)),
      ...heldFindings(held),
      ...(held.length === 0 ? [ok('batches: the provider holds up none')] : []),
    ];
  },
};

async function queueFindings({ account }: Provider, store: Store, clock: CheckContext['clock']): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const { model, budget, limits } of new Budgets(store, clock).look(account)) {
    const limit = limits.tokens === null ? 'no limit is known' : `${formatCount(limits.tokens)} fit`;
    const text = `queue of ${model}: ${formatCount(budget.held)} tokens enqueued, ${limit}`;
    const waiting = budget.waiting.length;
    findings.push(ok(waiting === 0 ? text : `${text}, ${formatQuantity(waiting, 'batch', 'batches')} waited for room`));
  }
  return findings;
}

function heldFindings(batches: readonly Batch[]): Finding[] {
  const ofOther = batches.filter(({ otherAccount }) => otherAccount != null);
  const refused = batches.filter((batch) => batch.otherAccount == null && batch.held !== null);
  return [
    ...ofOther.slice(0, 3).map((batch) => ofOtherFinding(batch)),
    ...[...Map.groupBy(refused, ({ held }) => held?.about)].map(([about, of]) => refusedFinding(about, of)),
  ];
}

function ofOtherFinding(batch: Batch): Finding {
  const [reason = '', remedy = ''] =
    batch.otherAccount == null ? [] : describeHold(batch, batch.otherAccount).split('; ');
  return failed(`batch ${batch._id}`, { reason, remedy });
}

function refusedFinding(about: string | undefined, batches: readonly Batch[]): Finding {
  const { runId = '', held } = batches[0] ?? {};
  const text = `${formatQuantity(batches.length, 'batch', 'batches')} held because of the ${about ?? 'moment'}`;
  const trouble = {
    reason: `the provider said: ${held?.message ?? ''}`,
    remedy: `batchmill runs show ${runId}; it goes on by itself when the provider takes it`,
  };
  return about === 'account' ? failed(text, trouble) : warning(text, trouble);
}
