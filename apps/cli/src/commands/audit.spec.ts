import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProviderBatch } from '@batchmill/provider';
import { providerBatchInfoOf, type Batch, type ProviderBatchInfo } from '@batchmill/records';
import type { Update } from '@batchmill/store';
import type { AuditReport } from '../audit/audit-report.js';
import { LettersHome } from '../testing/letters-home.js';

const embeddings = { model: 'text-embedding-3-small', url: '/v1/embeddings', requests: 2, documents: 2 } as const;

describe('batchmill audit', () => {
  let home: LettersHome;
  beforeEach(async () => {
    home = await LettersHome.open();
  });
  afterEach(() => home.close());

  const audit = (...args: string[]) => home.json<AuditReport>('audit', ...args);
  const change = (id: string, update: Update) =>
    home.withBatches((_, store) => store.collection('batches').updateOne({ _id: id }, update));

  /** A provider batch with our mark, when it has ended. */
  async function marked(batchId: string, key: string, installation: string): Promise<ProviderBatch> {
    const mark = { batchId, key, installation };
    return home.account.endOf(await home.account.createBatch({ mark }));
  }

  function infoOf(found: ProviderBatch, changes: Partial<ProviderBatchInfo> = {}): ProviderBatchInfo {
    const ours = { key: 'key', submittedAt: found.createdAt, polls: 1, account: home.account.provider.accountInfo };
    return { ...providerBatchInfoOf(found, ours), ...changes };
  }

  it('R11 M1: after a run the books equal the provider’s lists, to the token', async () => {
    await home.run('first', 3);

    const report = await audit();
    const { code, out } = await home.batchmill('audit');

    const [billed] = await Array.fromAsync(home.account.provider.listBatches(new Date(0)));
    const tokens = { input: billed?.usage?.inputTokens, output: billed?.usage?.outputTokens };
    expect(report).toMatchObject({ differences: [], unused: [], batches: { ours: 1, otherPrograms: 0 } });
    expect(report.tokens).toEqual({ batches: 1, books: tokens, provider: tokens });
    expect(tokens.input).toBeGreaterThan(0);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^1 provider batch of this installation since .*\ntokens of 1 ingested batch: .*\nno differences\n$/,
    );
    expect(await home.withBatches((batches) => batches.get('first.c1.b1'))).toMatchObject({
      provider: { usage: { inputTokens: tokens.input }, model: 'gpt-4o-mini' },
    });
  });

  it('R11 Y4: batches that no record holds are found, and those of others are told apart', async () => {
    const installation = await home.installation();
    await home.insertBatch('first.c1', { previousAttempts: [{ key: 'lost', providerBatchId: null }] });
    const orphan = await marked('first.c1.b1', 'lost', installation);
    const unknown = await marked('second.c1.b1', 'key', installation);
    await marked('third.c1.b1', 'key', 'another');
    await home.account.createBatch();

    const report = await audit();

    expect(report.batches).toEqual({ ours: 2, otherInstallations: 1, otherPrograms: 1, atOtherAccounts: 0 });
    const batches = report.differences.filter(({ kind }) => kind !== 'left-file' && kind !== 'unknown-file');
    expect(batches).toMatchObject([
      { kind: 'unknown-batch', batchId: 'second.c1.b1', providerId: unknown.id, books: 'no record', mend: null },
      { kind: 'orphan', batchId: 'first.c1.b1', providerId: orphan.id, mend: 'sweep' },
    ]);
    const files = report.differences.filter((each) => !batches.includes(each));
    expect(files).toMatchObject([
      { kind: 'unknown-file', providerId: unknown.outputFileId },
      { kind: 'left-file', providerId: orphan.outputFileId, mend: 'sweep' },
    ]);
    expect((await home.batchmill('audit')).code).toBe(3);
  });

  it('R11 M1: a batch of which both say different things is found with what each says', async () => {
    const installation = await home.installation();
    await home.run('first', 2);
    await change('first.c1.b1', {
      $inc: { 'ingestion.tokens.input': 7, requests: 1 },
      $set: { model: 'gpt-4o', 'provider.state': 'expired' },
    });
    const found = await marked('second.c1.b1', 'key', installation);
    await home.insertBatch('second.c1', {
      ...embeddings,
      state: 'submitted',
      provider: infoOf(found, { state: 'in_progress' }),
    });
    await home.insertBatch('third.c1', {
      state: 'settled',
      reason: 'completed',
      provider: infoOf(found, { providerBatchId: 'batch_gone' }),
    });

    const { differences } = await audit();

    const [billed] = (await Array.fromAsync(home.account.provider.listBatches(new Date(0)))).filter(
      ({ metadata }) => metadata['batchmill_batch'] === 'first.c1.b1',
    );
    const { inputTokens = 0, outputTokens = 0 } = billed?.usage ?? {};
    const first = { batchId: 'first.c1.b1', providerId: billed?.id, mend: null };
    expect(differences).toEqual(
      expect.arrayContaining([
        { ...first, kind: 'state', books: 'expired', provider: 'completed', outcome: null },
        { ...first, kind: 'counts', books: '3 requests', provider: '2 requests, 2 answered, 0 failed', outcome: null },
        {
          ...first,
          kind: 'tokens',
          books: `${inputTokens + 7} in, ${outputTokens} out`,
          provider: `${inputTokens} in, ${outputTokens} out`,
          outcome: null,
        },
        { ...first, kind: 'model', books: 'gpt-4o', provider: 'gpt-4o-mini', outcome: null },
        expect.objectContaining({
          kind: 'state',
          batchId: 'second.c1.b1',
          books: 'submitted (in_progress)',
          mend: 'due',
        }),
        expect.objectContaining({ kind: 'missing-batch', batchId: 'third.c1.b1', providerId: 'batch_gone' }),
      ]),
    );
    expect(differences).toHaveLength(6);
  });

  it('M1: a batch whose cost is missing in the ledger is found, and one that has another cost there', async () => {
    await home.run('first', 2);
    await home.run('second', 2);
    await home.withBatches(async (_, store) => {
      const ledger = store.collection('ledger');
      await ledger.deleteMany({ batchId: 'first.c1.b1' });
      await ledger.updateOne({ batchId: 'second.c1.b1' }, { $inc: { 'cost.nanoUsd': 1_000 } });
    });

    const { differences } = await audit();

    expect(differences).toMatchObject([
      { kind: 'cost', batchId: 'first.c1.b1', books: 'not in the ledger', mend: null },
      { kind: 'cost', batchId: 'second.c1.b1', mend: null },
    ]);
  });

  it('R11 Y4: a batch that was sent under the key of another account is not missing, and is counted', async () => {
    await home.run('first', 1);
    const [found] = await Array.fromAsync(home.account.provider.listBatches(new Date(0)));
    const before = { ...home.account.provider.accountInfo, keyFingerprint: 'before' };
    const account = { ...before, reportedOrganization: null, reportedProject: null };
    const fields = {
      ...embeddings,
      state: 'submitted',
      provider: infoOf(found!, { account, providerBatchId: 'batch_else' }),
    } as const;
    await home.insertBatch('second.c1', fields);
    await change('first.c1.b1', { $set: { 'provider.account': account }, $inc: { 'ingestion.tokens.input': 1 } });

    const { batches, differences } = await audit();

    expect(batches.atOtherAccounts).toBe(1);
    expect(differences).toMatchObject([{ kind: 'tokens', batchId: 'first.c1.b1' }]);
  });

  it('R11: with --fix it records and deletes an orphan, deletes left files and polls what has ended, and says what is left', async () => {
    const installation = await home.installation();
    await home.account.injectFaults({ on: 'files.delete', what: 'status', value: 400 });
    await home.run('first', 2);
    await home.account.injectFaults();
    await home.insertBatch('second.c1', { previousAttempts: [{ key: 'lost', providerBatchId: null }] });
    await marked('second.c1.b1', 'lost', installation);
    const ended = await marked('third.c1.b1', 'key', installation);
    const later = new Date(Date.now() + 3_600_000);
    const third = {
      ...embeddings,
      state: 'submitted',
      nextAt: later,
      provider: infoOf(ended, { state: 'in_progress' }),
    } as const;
    await home.insertBatch('third.c1', third);
    await marked('fourth.c1.b1', 'key', installation);

    const { differences, unused } = await audit('--fix');

    const outcomes = Object.groupBy(differences, ({ outcome }) => outcome ?? 'none');
    expect(outcomes.mended?.map(({ kind }) => kind).toSorted()).toEqual([
      'left-file',
      'left-file',
      'left-file',
      'orphan',
    ]);
    expect(outcomes.begun).toMatchObject([{ kind: 'state', batchId: 'third.c1.b1' }]);
    expect(outcomes.left?.map(({ kind }) => kind).toSorted()).toEqual(['unknown-batch', 'unknown-file']);
    expect(unused).toEqual([{ batchId: 'second.c1.b1', requests: 2, why: 'orphaned' }]);
    const due = await home.withBatches((batches) => batches.get('third.c1.b1'));
    expect(due?.nextAt.getTime()).toBeLessThan(later.getTime());
  });

  it('R11: with --fix it exits with 0 when all is mended, and a second time there is nothing', async () => {
    await home.account.injectFaults({ on: 'files.delete', what: 'status', value: 400 });
    await home.run('first', 2);
    await home.account.injectFaults();

    const before = await home.batchmill('audit');
    const fixed = await home.batchmill('audit', '--fix');
    const after = await home.batchmill('audit');

    expect([before.code, fixed.code, after.code]).toEqual([3, 0, 0]);
    expect(before.out).toMatch(
      /\nDIFFERENCE +BATCH .*\nleft-file +first\.c1\.b1 .*delete the file\n.*\nbatchmill audit --fix mends 2 of 2\n$/s,
    );
    expect(fixed.out).toMatch(/left-file .* mended\n/);
  });

  it('R11: an orphan that is not settled is cancelled with --fix, which has then begun', async () => {
    const installation = await home.installation();
    await home.account.injectFaults(
      { on: 'batch', what: 'stay', value: 'in_progress' },
      { on: 'batch', what: 'stay', value: 'cancelling' },
    );
    await home.insertBatch('first.c1', { previousAttempts: [{ key: 'lost', providerBatchId: null }] });
    await home.account.createBatch({ mark: { batchId: 'first.c1.b1', key: 'lost', installation } });

    const { differences } = await audit('--fix');

    expect(differences).toMatchObject([{ kind: 'orphan', outcome: 'begun' }]);
  });

  it.each<[string, Partial<Batch>]>([
    ['lost', { reason: 'lost' }],
    ['not-ingested', { reason: 'completed', failure: { code: 'batch.not-ingested', message: '', line: null } }],
    ['never-shown', { reason: 'completed' }],
  ])('R11 M1: answers that were paid and are not used are no difference, and are shown: %s', async (why, fields) => {
    const found = await marked('first.c1.b1', 'key', await home.installation());
    await home.insertBatch('first.c1', { ...embeddings, ...fields, state: 'ingested', provider: infoOf(found) });

    const { unused, differences } = await audit();

    expect(unused).toEqual([{ batchId: 'first.c1.b1', requests: 2, why }]);
    expect(differences.filter(({ kind }) => kind === 'tokens' || kind === 'counts')).toEqual([]);
  });

  it('R11: batches from before that time are not compared', async () => {
    await home.run('first', 2);
    await change('first.c1.b1', { $inc: { 'ingestion.tokens.input': 7 } });

    const day = 24 * 3_600_000;
    const tomorrow = new Date(Date.now() + 365 * day).toISOString().slice(0, 10);

    expect((await audit()).differences).toHaveLength(1);
    expect(await audit('--since', tomorrow)).toMatchObject({ differences: [], batches: { ours: 0 } });
  });
});
