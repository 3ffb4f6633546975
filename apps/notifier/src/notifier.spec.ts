import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunRejected, factOf, headersOf } from '@batchmill/contracts';
import { TestLine, eventually } from '@batchmill/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NotifierModule } from './notifier.module.js';

describe('the notifier', () => {
  let receiver: Server;
  let status: number;
  let received: { id: string; payload: Record<string, unknown> }[];
  let bundle: TestLine;

  beforeEach(async () => {
    status = 204;
    received = [];
    receiver = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const id = String(request.headers['webhook-id']);
        const payload = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>;
        received.push({ id, payload });
        response.writeHead(status).end();
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const webhookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    bundle = await TestLine.open({ pipelines: [], settings: { webhookUrl } });
    await bundle.start([NotifierModule]);
  });
  afterEach(async () => {
    await bundle.close();
    receiver.closeAllConnections();
    receiver.close();
  });

  const reject = async (runId: string) => {
    const event = new RunRejected({ runId, pipeline: 'notes', reason: 'for the test' });
    const fact = factOf(event, { id: `fact-${runId}`, at: bundle.clock.now(), traceparent: null });
    await bundle.line.bus.publish([
      { topic: fact.topic, key: fact.key, value: fact.data, headers: headersOf(fact, '/test') },
    ]);
  };
  const stateOf = async (runId: string) => (await bundle.line.notifications.get(`fact-${runId}.webhook`))?.state;

  it.each([500, 404])(
    'a receiver that answers %s is told again later, and the line is as ready as before',
    async (no) => {
      status = no;
      await reject('r1');
      await eventually('a first try', () => received.length > 0);
      const { readiness, notifications } = bundle.line;
      await eventually('its failure', async () => (await notifications.get('fact-r1.webhook'))?.failures === 1);
      expect(readiness.isReady).toBe(true);

      status = 204;
      bundle.clock.advance(3_600_000);
      await eventually('the delivery', async () => (await stateOf('r1')) === 'delivered');
      expect(new Set(received.map(({ id }) => id))).toEqual(new Set(['fact-r1.webhook']));
    },
  );

  it('a receiver that takes nothing for more than a day is given up, aloud', async () => {
    status = 503;
    await reject('r1');
    await eventually('a first try', () => received.length > 0);

    await eventually('the end of it', async () => {
      bundle.clock.advance(3_600_000);
      return (await stateOf('r1')) === 'given-up';
    });
    expect(bundle.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});
