import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { notificationTypes } from '@batchmill/records';
import { TestEngine, eventually, storedRecords, type TestEngineOptions } from '@batchmill/testing';
import { MailReceiver } from '../../apps/notifier/src/testing/mail-receiver.js';
import { emailTo, secret, webhookTo } from '../../apps/notifier/src/testing/channel-settings.js';
import { WebhookReceiver } from '../../apps/notifier/src/testing/webhook-receiver.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { askForRun, askToCancel, endOf, runToTheEnd } from './runs.js';
import { befall, type FaultRule } from './simulated-provider.js';

const count = 20;

interface Posted {
  readonly type: string;
  readonly timestamp: string;
  readonly data: { readonly batchId: string | null; readonly status: string; readonly [field: string]: unknown };
}

describe('people who are told of a run', () => {
  let hook: WebhookReceiver;
  let mail: MailReceiver;
  let bundle: TestEngine;
  beforeEach(async () => {
    hook = await WebhookReceiver.open();
    mail = await MailReceiver.open();
  });
  afterEach(async () => {
    await bundle.close();
    await hook.close();
    await mail.close();
  });

  /** Two batches of ten. */
  async function begin(fault: FaultRule | null, options: Partial<TestEngineOptions> = {}): Promise<void> {
    const notifications = { webhook: webhookTo(hook.url), email: emailTo(mail.port) };
    bundle = await TestEngine.open({
      pipelines: [notes],
      ...options,
      settings: { notifications, ...options.settings },
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
    if (fault !== null) await befall(bundle, fault);
  }

  const embed = { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' } as const;

  /** Everything that was posted, once nothing is due any more. */
  async function posted(): Promise<Posted[]> {
    const { notifications } = storedRecords(bundle.engine.store);
    await eventually(
      'the end to be told',
      async () => (await notifications.count({ 'payload.type': 'run.ended' })) >= 3,
    );
    await eventually('all to be told', async () => (await notifications.count({ state: 'due' })) === 0);
    return hook.posts.map((post) => hook.verified(post, secret) as Posted); // as the template has it
  }
  const typesOf = (posts: readonly Posted[]): string[] => posts.map(({ type }) => type).sort();
  const subjects = (): string[] => mail.mails.map((one) => one.header('subject')).sort();

  it('N1, N2: a run that goes well posts its start, each batch and its end; one mail tells of the end', async () => {
    await begin(null);

    await runToTheEnd(bundle, embed);
    const posts = await posted();

    expect(typesOf(posts)).toEqual(['batch.completed', 'batch.completed', 'run.ended', 'run.started']);
    const batches = posts.filter(({ type }) => type === 'batch.completed');
    for (const { timestamp, data } of batches) {
      expect(new Date(timestamp).toISOString()).toBe(timestamp);
      expect(data).toMatchObject({
        runId: 'r',
        batchId: expect.stringMatching(/^r\./),
        providerBatchId: expect.stringMatching(/^batch_/),
        pipeline: 'notes',
        status: 'completed',
        documents: 10,
        counts: { of: 'requests', total: 10, succeeded: 10, failed: 0, pending: 0 },
        error: null,
      });
    }
    expect(subjects()).toEqual(['[Batchmill] Run r of notes finished: 20 of 20 documents succeeded, 0 failed, 0 left']);
  });

  it('N1, N2: a batch that expires half-way is a failure with its counts; its retry and the end are told, too', async () => {
    await begin({ on: 'batch', what: 'expire', value: 50, times: 1 });

    await runToTheEnd(bundle, embed);
    const posts = await posted();

    const dataOf = (of: string) => posts.filter(({ type }) => type === of).map(({ data }) => data);
    expect(dataOf('batch.failed')).toEqual([
      expect.objectContaining({
        status: 'expired',
        counts: { of: 'requests', total: 10, succeeded: 5, failed: 0, pending: 5 },
        error: expect.stringMatching(/\w/),
      }),
    ]);
    expect(dataOf('documents.retry-scheduled')).toEqual([
      expect.objectContaining({ batchId: dataOf('batch.failed')[0]!.batchId, status: 'retry-scheduled', documents: 5 }),
    ]);
    expect(dataOf('run.ended')).toEqual([expect.objectContaining({ status: 'finished' })]);
    expect(subjects()).toEqual([
      expect.stringMatching(/^\[Batchmill\] Batch r\.\S+ expired: 5 of 10 requests succeeded, 0 failed, 5 to be retried$/),
      expect.stringContaining('Run r of notes finished'),
    ]);
  });

  it('N1, N2: batches that fail every time are posted one by one, and mailed once an hour', async () => {
    await begin({ on: 'batch', what: 'status', value: 'server_error' });

    await runToTheEnd(bundle, embed);
    const posts = await posted();

    const failures = posts.filter(({ type }) => type === 'batch.failed');
    expect(failures).toHaveLength(8);
    const end = posts.find(({ type }) => type === 'run.ended')!;
    expect(end.data).toMatchObject({
      status: 'finished',
      counts: { of: 'documents', total: count, succeeded: 0, failed: count, pending: 0 },
      error: expect.stringContaining('server_error'),
    });
    const hours = new Set(failures.map(({ timestamp }) => timestamp.slice(0, 13)));
    expect(subjects()).toHaveLength(1 + hours.size);
  });

  it('N1, N2: documents that are left pending end the run incomplete, and that is told', async () => {
    await begin({ on: 'batch', what: 'expire', value: 50 }, { settings: { maxFreeRetries: 1 } });

    await runToTheEnd(bundle, embed);

    const end = (await posted()).find(({ type }) => type === 'run.ended')!;
    expect(end.data).toMatchObject({ status: 'incomplete', counts: { total: count, pending: expect.any(Number) } });
    expect(subjects()).toContainEqual(expect.stringContaining('ended incomplete'));
  });

  it('N1, N2: a run that is rejected is told with the reason', async () => {
    await begin(null);

    await runToTheEnd(bundle, { ...embed, parameters: { colour: 'red' } });

    const [end] = await posted();
    expect(end).toMatchObject({
      type: 'run.ended',
      data: { status: 'rejected', error: expect.stringContaining('colour') },
    });
    expect(subjects()).toEqual(['[Batchmill] Run r was rejected; nothing was spent']);
  });

  it('N1, N2: a run that is cancelled is told, its batches as cancelled, not as failed', async () => {
    await begin({ on: 'batch', what: 'stall', value: 0 });
    await askForRun(bundle, embed);
    await eventually('batches at the provider', async () => (await bundle.engine.batches.countIn('submitted')) === 2);

    await askToCancel(bundle, 'r');
    await endOf(bundle, 'r');
    const posts = await posted();

    expect(posts.filter(({ type }) => type === 'batch.cancelled')).toHaveLength(2);
    expect(posts.filter(({ type }) => type === 'batch.failed')).toEqual([]);
    expect(posts.find(({ type }) => type === 'run.ended')!.data.status).toBe('cancelled');
    expect(subjects()).toEqual([expect.stringContaining('Run r of notes was cancelled')]);
  });

  it('N1: nothing of a document, a prompt or an answer is told', async () => {
    await begin({ on: 'line', what: 'refusal', every: 3 });

    await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', functions: ['summary'] });
    await posted();

    const all = [...hook.posts.map(({ body }) => body), ...mail.mails.map(({ raw }) => raw)].join('\n');
    for (const text of ['tells of mill', 'wheel turns', 'Summarize']) expect(all).not.toContain(text);
  });

  it('N1, N2: only what is asked for is told', async () => {
    const webhook = webhookTo(hook.url, { on: ['run.ended'] });
    const email = emailTo(mail.port, { on: [...notificationTypes] });
    await begin(null, { settings: { notifications: { webhook, email } } });

    await runToTheEnd(bundle, embed);

    expect(typesOf(await posted())).toEqual(['run.ended']);
    expect(subjects()).toEqual([
      expect.stringMatching(/Batch \S+ completed/),
      expect.stringContaining('has started'),
      expect.stringContaining('of notes finished'),
    ]);
  });
});
