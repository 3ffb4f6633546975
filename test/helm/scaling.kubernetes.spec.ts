import { stageNames } from '@batchmill/all-in-one';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Helm, chartFolder } from './helm.js';
import { objectsOf } from './kubernetes-object.js';

/** The topics of the messages that each stage records. */
const recorded = parse(readFileSync(join(chartFolder, 'files/inputs.yaml'), 'utf8')) as Record<string, string[]>;

describe('the Helm chart with KEDA', () => {
  let helm: Helm;

  beforeAll(async () => {
    helm = await Helm.build();
  }, 1_800_000);
  afterAll(() => helm.remove());

  it.each(stageNames)('S5: a stage is scaled by its due work, for which one stage is asked: %s', async (stage) => {
    const objects = await helm.render('autoscaled.yaml');
    const { triggers } = objectsOf(objects, 'ScaledObject').get(`here-batchmill-${stage}`)!.spec;

    expect(triggers).toEqual([
      {
        type: 'metrics-api',
        metadata: {
          url: `http://here-batchmill-chunk-scanner.default.svc:3000/due/${stage}`,
          format: 'json',
          valueLocation: 'due',
          targetValue: stage === 'result-ingester' ? '2' : '10',
          activationTargetValue: '0',
        },
      },
    ]);
    expect(objectsOf(objects, 'Deployment').get(`here-batchmill-${stage}`)?.spec).not.toHaveProperty('replicas');
  });

  it('S5: without autoscaling a stage has the replicas of the values, and nothing of KEDA', async () => {
    const objects = await helm.render('services.yaml', { stages: { 'result-ingester': { replicas: 3 } } });

    expect(objectsOf(objects, 'ScaledObject').size).toBe(0);
    expect(objectsOf(objects, 'Deployment').get('here-batchmill-result-ingester')?.spec.replicas).toBe(3);
  });

  it.each(stageNames)('S5: the stage that KEDA asks keeps a replica: %s', async (stage) => {
    const values = { autoscaling: { askedStage: stage }, stages: { [stage]: { autoscaling: { min: 0 } } } };

    expect(await helm.refusal('autoscaled-by-lag.yaml', values)).toContain(
      `stages.${stage}.autoscaling.min: found 0, expected 1 or more, because KEDA asks this stage`,
    );
  });

  it.each(stageNames)(
    'S5: by due work alone, a stage goes to zero only if it records no messages: %s',
    async (stage) => {
      const values = {
        autoscaling: { askedStage: stage === 'notifier' ? 'chunk-scanner' : 'notifier' },
        stages: { [stage]: { autoscaling: { min: 0 } } },
      };
      const expected = stage in recorded ? `found 0, expected 1 or more, or autoscaling.kafka.enabled` : '';

      expect(await helm.refusal('autoscaled.yaml', values)).toContain(expected);
      expect((await helm.refusal('autoscaled.yaml', values)) === '').toBe(!(stage in recorded));
    },
  );

  it('S5: status-poller keeps a replica where webhooks of the provider are posted to it', async () => {
    const values = {
      autoscaling: { askedStage: 'chunk-scanner' },
      stages: { 'chunk-scanner': { autoscaling: { min: 1 } }, 'status-poller': { autoscaling: { min: 0 } } },
      providerWebhook: { enabled: true },
      secrets: { OPENAI_WEBHOOK_SECRET: { secret: 'a', key: 'b' } },
    };

    expect(await helm.refusal('autoscaled-by-lag.yaml', values)).toContain(
      "stages.status-poller.autoscaling.min: found 0, expected 1 or more, because the provider's webhooks",
    );
  });

  it.each(stageNames)(
    'S5: with the lag of topics, a stage starts for every message that it records: %s',
    async (stage) => {
      const objects = await helm.render('autoscaled-by-lag.yaml');
      const { triggers = [] } = objectsOf(objects, 'ScaledObject').get(`here-batchmill-${stage}`)!.spec;
      const lags = triggers.filter(({ type }) => type === 'kafka');

      expect(lags.map(({ metadata }) => metadata['topic'])).toEqual(
        (recorded[stage] ?? []).map((topic) => `staging.${topic}`),
      );
      for (const { metadata, authenticationRef } of lags) {
        expect(metadata).toMatchObject({
          bootstrapServers: 'kafka-1.data.svc:9092,kafka-2.data.svc:9092',
          consumerGroup: `staging.${stage}`,
          offsetResetPolicy: 'earliest',
          tls: 'enable',
          sasl: 'scram_sha512',
        });
        expect(authenticationRef).toEqual({ name: 'here-batchmill-kafka' });
      }
    },
  );

  it('S5: a consumer is scaled by the lag of its topics only, because no due work is its own', async () => {
    const objects = await helm.render('autoscaled-by-lag.yaml');
    const { triggers = [] } = objectsOf(objects, 'ScaledObject').get('here-batchmill-entity-linker')!.spec;

    expect(triggers.map(({ type, metadata }) => [type, metadata['consumerGroup'], metadata['topic']])).toEqual([
      ['kafka', 'staging.entity-linker', 'staging.batchmill.results.ingested'],
      ['kafka', 'staging.entity-linker', 'staging.batchmill.results.reprocessed'],
    ]);
  });
});
