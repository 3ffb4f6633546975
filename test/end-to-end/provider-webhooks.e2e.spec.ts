import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { PrefixedBus, type OutgoingMessage } from '@batchmill/bus';
import { topicOf } from '@batchmill/contracts';
import { BatchSubmitted } from '@batchmill/contracts/events';
import type { Batch } from '@batchmill/records';
import { serveStages } from '@batchmill/service';
import { TestEngine, eventually } from '@batchmill/testing';
import { Webhook } from 'standardwebhooks';
import { definePipeline } from '@batchmill/pipeline';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestRun } from './runs.js';
import { advanceProvider, firedOf, injectFaults, ledgerOf, sendWebhooksTo } from './simulated-provider.js';

const secret = `whsec_${Buffer.alloc(32, 'current').toString('base64')}`;
const nextSecret = `whsec_${Buffer.alloc(32, 'next').toString('base64')}`;
const strangersSecret = `whsec_${Buffer.alloc(32, 'stranger').toString('base64')}`;
const hourMs = 3_600_000;
const rarelyPolled = definePipeline({ ...notes, batch: { batchSize: 10, pollIntervalSeconds: hourMs / 1000 } });

/** A bus that loses the signal to poll a batch that was just submitted, so that only the record says when it is due. */
class BusWithoutSignal extends PrefixedBus {
  override publish(messages: readonly OutgoingMessage[]): Promise<void> {
    return super.publish(messages.filter(({ topic }) => topic !== topicOf(BatchSubmitted)));
  }
}

describe('webhooks of the provider', () => {
  let bundle: TestEngine;
  let url: string;
  let close: () => Promise<void>;
  afterEach(async () => {
    await close();
    await bundle.close();
  });

  /** One batch that was polled once. Its next poll is due in an hour, and the provider stands still. */
  async function submitted(secrets: readonly string[] = [secret]): Promise<Batch> {
    bundle = await TestEngine.open({
      pipelines: [rarelyPolled],
      ports: ({ bus }) => ({ bus: new BusWithoutSignal(bus, '') }),
      simulator: { speed: 0, turnaround: { kind: 'fixed', seconds: 60 } },
      settings: { firstPollMs: hourMs, providerWebhookSecrets: secrets },
    });
    const served = await serveStages(bundle.engine, stages, { port: 0, exposition: async () => '' });
    close = () => served.close();
    url = `http://127.0.0.1:${new URL(served.url).port}/provider/webhook`;
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(3));
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    return polled(1);
  }

  async function polled(times: number): Promise<Batch> {
    return eventually(`poll ${times} of the batch`, async () => {
      const [batch] = await Array.fromAsync(bundle.engine.batches.latest(1));
      return batch?.provider?.polls === times && batch;
    });
  }

  /** The status of the answer. */
  async function post(body: string, signedWith = secret, at = new Date(), id = 'wh_1'): Promise<number> {
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(signedWith).sign(id, at, body),
    };
    return (await fetch(url, { method: 'POST', headers, body })).status;
  }

  const ended = (id: string | undefined, type = 'batch.completed'): string =>
    JSON.stringify({ object: 'event', type, data: { id } });

  async function dueIn(batch: Batch): Promise<number> {
    return (await bundle.engine.batches.get(batch._id))!.nextAt.getTime() - bundle.clock.now().getTime();
  }

  const refusals = () => bundle.log.lines.filter(({ message }) => message.startsWith('refused a webhook'));

  it.each([
    ['in time', null],
    ['late', { on: 'webhook', what: 'delay', value: 600 }],
    ['twice', { on: 'webhook', what: 'double' }],
  ])('a webhook that comes %s ends the wait for the next poll, and nothing is billed twice', async (_, fault) => {
    await submitted();
    await sendWebhooksTo(bundle, { url, secret });
    if (fault !== null) await injectFaults(bundle, fault);

    await advanceProvider(bundle, 90);
    if (fault?.what === 'delay') {
      await eventually('the webhook to be drawn', async () => (await firedOf(bundle))[0] === 1);
      await advanceProvider(bundle, 600);
    }
    const run = await endOf(bundle, 'r');

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 3 } } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3, twice: [] });
  });

  it.each([
    ['never comes', 'missing'],
    ['is forged', 'forged'],
    ['is too old', 'old'],
  ])('a webhook that %s changes nothing: the batch is polled as ever', async (_, what) => {
    const batch = await submitted();
    await sendWebhooksTo(bundle, { url, secret });
    await injectFaults(bundle, { on: 'webhook', what });

    await advanceProvider(bundle, 90);
    await eventually('the webhook to be drawn', async () => (await firedOf(bundle))[0] === 1);
    if (what !== 'missing') await eventually('the webhook to be refused', () => refusals().length > 0);
    expect(await dueIn(batch)).toBeGreaterThan(hourMs / 2);
    bundle.clock.advance(hourMs);
    const run = await endOf(bundle, 'r');

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 3 } } });
  });

  it('what a webhook says is not believed: the batch is looked at, and goes on', async () => {
    const batch = await submitted();

    expect(await post(ended(batch.provider?.providerBatchId, 'batch.failed'))).toBe(204);

    expect(await polled(2)).toMatchObject({ state: 'submitted', failure: null });
    expect(await dueIn(batch)).toBeGreaterThan(hourMs / 2);
  });

  it('a webhook that comes again is answered and makes no second poll', async () => {
    const batch = await submitted();
    const body = ended(batch.provider?.providerBatchId);
    await post(body);
    await polled(2);

    expect(await post(body)).toBe(204);

    expect(await dueIn(batch)).toBeGreaterThan(hourMs / 2);
    expect(await post(body, secret, new Date(), 'wh_2')).toBe(204);
    await polled(3);
  });

  it('webhooks for a batch that no record has, and of other kinds, are answered and change nothing', async () => {
    const batch = await submitted();
    const { providerBatchId } = batch.provider!;

    expect(await post(ended('batch_of_someone_else'))).toBe(204);
    expect(await post(ended(providerBatchId, 'response.completed'))).toBe(204);
    expect(await post('{"data":null,"type":"batch.completed"}')).toBe(204);
    expect(await post('[]')).toBe(204);

    expect(await dueIn(batch)).toBeGreaterThan(hourMs / 2);
  });

  it('a webhook that is not signed, too old or too new is refused, and logged once a minute without its content', async () => {
    const batch = await submitted();
    const body = ended(batch.provider?.providerBatchId);
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);

    expect(await post(body, strangersSecret)).toBe(401);
    expect(await post(body, secret, inMinutes(-6))).toBe(401);
    expect(await post(body, secret, inMinutes(6))).toBe(401);
    const unsigned = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    expect((await fetch(url, unsigned)).status).toBe(401);
    expect((await fetch(url, { method: 'POST' })).status).toBe(401);

    expect(await dueIn(batch)).toBeGreaterThan(hourMs / 2);
    expect(refusals()).toHaveLength(1);
    expect(JSON.stringify(refusals())).not.toContain('batch_');
    bundle.clock.advance(60_000);
    await post(body, strangersSecret);
    expect(refusals()).toHaveLength(2);
  });

  it('the signature is of the bytes as they came, not of what they mean', async () => {
    const batch = await submitted();
    const spaced = `{ "type" : "batch.completed",\n "data" : { "id" : "${batch.provider?.providerBatchId}" } , "note": "\\u00e9 é" }`;

    expect(await post(spaced)).toBe(204);

    await polled(2);
  });

  it('while a secret is replaced, both are taken', async () => {
    await submitted([secret, nextSecret]);

    expect(await post(ended('batch_1'), secret)).toBe(204);
    expect(await post(ended('batch_1'), nextSecret)).toBe(204);
    expect(await post(ended('batch_1'), strangersSecret)).toBe(401);
  });

  it('a body that is longer than any webhook is not read', async () => {
    await submitted();

    expect(await post(JSON.stringify({ type: 'x'.repeat(70_000) }))).toBe(413);
  });

  it('without a secret there is no webhook to post to', async () => {
    await submitted([]);

    expect(await post(ended('batch_1'))).toBe(404);
  });
});
