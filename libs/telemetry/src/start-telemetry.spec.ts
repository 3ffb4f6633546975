import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noProxies, type Proxies } from '@batchmill/contracts';
import { ChunksSelected, ResultsIngested } from '@batchmill/contracts/events';
import { ProxyServer } from '@batchmill/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  MemoryLog,
  countEvent,
  countError,
  countMessage,
  countWork,
  inSpan,
  observe,
  traceparentOf,
  startTelemetry,
  type Telemetry,
  expectMessages,
  expectWork,
  gauges,
} from './index.js';

/** Keeps what is sent to it, and answers with one status. */
class Receiver {
  readonly bodies: Buffer[] = [];
  private readonly server: Server;

  constructor(private readonly status: number) {
    this.server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        this.bodies.push(Buffer.concat(pieces));
        response.writeHead(this.status).end();
      });
    });
  }

  async open(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/traces`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

describe('telemetry', () => {
  let log: MemoryLog;
  let running: Telemetry | null;

  beforeEach(() => {
    log = new MemoryLog();
    running = null;
  });
  afterEach(async () => {
    for (const name of ['OTEL_RESOURCE_ATTRIBUTES', 'OTEL_SDK_DISABLED']) Reflect.deleteProperty(process.env, name);
    await running?.stop();
  });

  const start = async (tracesUrl: string | null, proxies: Proxies = noProxies) => {
    running = await startTelemetry({ serviceName: 'batchmill-tester', tracesUrl, metricsUrl: null, proxies, log });
    return running;
  };

  it('S6: spans are sent to an OTLP receiver with the name of the service', async () => {
    const receiver = new Receiver(200);
    const telemetry = await start(await receiver.open());

    await inSpan('result-ingester ingest', { parent: null, attributes: { 'batchmill.stage': 'result-ingester' } }, () =>
      Promise.resolve(),
    );
    await telemetry.stop();

    const sent = Buffer.concat(receiver.bodies).toString('latin1');
    expect(sent).toContain('result-ingester ingest');
    expect(sent).toContain('batchmill-tester');
    await receiver.close();
  });

  it('S6: spans are sent through the proxy, with its login', async () => {
    const receiver = new Receiver(200);
    const targetPort = Number(new URL(await receiver.open()).port);
    const proxy = await ProxyServer.open({ targetPort, login: 'mill:p@ss' });
    const withLogin = proxy.url.replace('//', '//mill:p%40ss@');
    const telemetry = await start('http://otel.example.invalid:4318/v1/traces', {
      http: withLogin,
      https: null,
      except: [],
    });

    await inSpan('work', { parent: null }, async () => 'done');
    await telemetry.stop();

    expect(proxy.asked).toEqual(['POST http://otel.example.invalid:4318/v1/traces']);
    expect(Buffer.concat(receiver.bodies).toString('latin1')).toContain('batchmill-tester');
    await proxy.close();
    await receiver.close();
  });

  it('S6: resource attributes from the standard variables are sent with the spans', async () => {
    process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'deployment.environment.name=harbour,service.name=ferry';
    const receiver = new Receiver(200);
    const telemetry = await start(await receiver.open());

    await inSpan('work', { parent: null }, async () => 'done');
    await telemetry.stop();

    const sent = Buffer.concat(receiver.bodies).toString('latin1');
    expect(sent).toContain('harbour');
    expect(sent).toContain('ferry');
    expect(sent).not.toContain('batchmill-tester');
    await receiver.close();
  });

  it('OTEL_SDK_DISABLED: nothing is sent or counted, and the work runs', async () => {
    process.env['OTEL_SDK_DISABLED'] = 'true';
    const receiver = new Receiver(200);
    const telemetry = await start(await receiver.open());

    expect(await inSpan('work', { parent: null }, async () => traceparentOf())).toBeNull();
    countMessage('status-poller', 'batch.submitted', 'handled');
    expect(await telemetry.exposition()).toBe('');
    await telemetry.stop();

    expect(receiver.bodies).toEqual([]);
    await receiver.close();
  });

  it('R3: messages, work, documents, tokens and cost are counted for Prometheus', async () => {
    const telemetry = await start(null);
    countMessage('status-poller', 'batch.submitted', 'handled');
    countMessage('status-poller', 'batch.submitted', 'dead-letter');
    countWork({ stage: 'status-poller', method: 'poll', outcome: 'done', seconds: 2 });
    countError('status-poller', 'provider.unreachable');
    countEvent(new ChunksSelected({ runId: 'r', claimId: 'c', documents: 7 }));
    const counts = {
      documents: 7,
      requests: 7,
      succeeded: 5,
      failed: 1,
      retried: 1,
      inputTokens: 90,
      outputTokens: 10,
    };
    countEvent(new ResultsIngested({ runId: 'r', claimId: 'c', batchId: 'b', ...counts, usd: 0.25, error: null }));

    const exposition = await telemetry.exposition();
    for (const line of [
      'batchmill_messages_total{stage="status-poller",event="batch.submitted",outcome="handled"} 1',
      'batchmill_messages_total{stage="status-poller",event="batch.submitted",outcome="dead-letter"} 1',
      'batchmill_work_total{stage="status-poller",method="poll",outcome="done"} 1',
      'batchmill_work_seconds_sum{stage="status-poller",method="poll"} 2',
      'batchmill_errors_total{stage="status-poller",code="provider.unreachable"} 1',
      'batchmill_events_total{event="chunks.selected"} 1',
      'batchmill_documents_total{state="selected"} 7',
      'batchmill_documents_total{state="ingested"} 7',
      'batchmill_requests_total{outcome="retried"} 1',
      'batchmill_tokens_total{direction="input"} 90',
      'batchmill_cost_usd_total 0.25',
    ]) {
      expect(exposition).toContain(`${line}\n`);
    }
  });

  it('R3: what is alerted of is there from the start, so that the first one is an increase', async () => {
    const telemetry = await start(null);
    expectMessages('status-poller', 'batch.submitted');
    expectWork('status-poller', 'poll');

    const exposition = await telemetry.exposition();
    for (const line of [
      'batchmill_messages_total{stage="status-poller",event="batch.submitted",outcome="dead-letter"} 0',
      'batchmill_work_total{stage="status-poller",method="poll",outcome="done"} 0',
      'batchmill_cost_usd_total 0',
    ]) {
      expect(exposition).toContain(`${line}\n`);
    }
  });

  it('R3: gauges are read at each collection, and a read that fails gives no values', async () => {
    const telemetry = await start(null);
    let batches = 1;
    observe(gauges.batches, async () => [{ value: batches, attributes: { state: 'built' } }]);
    observe(gauges.lag, () => Promise.reject(new Error('unavailable')));
    batches = 3;

    const exposition = await telemetry.exposition();
    expect(exposition).toContain('batchmill_batches{state="built"} 3\n');
    expect(exposition).not.toContain('batchmill_lag{');
  });

  it('R3: a gauge that takes too long does not hold up the others', async () => {
    const telemetry = await start(null);
    observe(gauges.batches, async () => [{ value: 1, attributes: { state: 'built' } }]);
    observe(gauges.lag, () => new Promise(() => undefined));

    expect(await telemetry.exposition()).toContain('batchmill_batches{state="built"} 1\n');
  });

  it('telemetry that the receiver refuses causes one warning, and the work runs', async () => {
    const receiver = new Receiver(400);
    const telemetry = await start(await receiver.open());

    for (let turn = 0; turn < 3; turn += 1) {
      expect(await inSpan('work', { parent: null }, async () => 'done')).toBe('done');
    }
    await telemetry.stop();

    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
    await receiver.close();
  });

  it('an unavailable receiver holds up neither the work nor the end of the process', async () => {
    const telemetry = await start('http://127.0.0.1:9/v1/traces');

    expect(await inSpan('work', { parent: null }, async () => 'done')).toBe('done');
    await telemetry.stop();

    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
