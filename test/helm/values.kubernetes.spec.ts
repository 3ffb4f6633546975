import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Helm } from './helm.js';

describe('the values of the Helm chart', () => {
  let helm: Helm;

  beforeAll(async () => {
    helm = await Helm.build();
  }, 1_800_000);
  afterAll(() => helm.remove());

  it.each([
    ['at the top', { imgae: {} }, "'imgae' not allowed"],
    ['of the image', { image: { tags: 'x' } }, "'tags' not allowed"],
    ['of a setting', { settings: { BATCHMILL_BSU: 'kafka://k' } }, "'BATCHMILL_BSU' not allowed"],
    ['of a secret', { secrets: { OPENAI_KEY: { secret: 'a', key: 'b' } } }, 'OPENAI_KEY'],
    ['of where a secret is', { secrets: { OPENAI_API_KEY: { name: 'a' } } }, "'name' not allowed"],
    ['of a stage', { stages: { 'status-poler': { replicas: 2 } } }, "'status-poler' not allowed"],
    ['in a stage', { stages: { notifier: { replica: 2 } } }, "'replica' not allowed"],
    ['in the scaling of a stage', { stages: { notifier: { autoscaling: { minimum: 2 } } } }, "'minimum' not allowed"],
    ['in a consumer', { consumers: [{ name: 'a', replicas: 1, image: 'b' }] }, "'image' not allowed"],
    ['of resources', { resources: { limit: {} } }, "'limit' not allowed"],
    ['of the scaling', { autoscaling: { kafka: { lagTreshold: 1 } } }, "'lagTreshold' not allowed"],
    ['of the network', { networkPolicy: { egress: { to: [] } } }, "'to' not allowed"],
    ['of the pipelines', { pipelines: { configMap: 'a' } }, "'configMap' not allowed"],
    ['of the simulator', { simulator: { enable: true } }, "'enable' not allowed"],
  ])('C6: a misspelt key of the values is refused: %s', async (_, values, message) => {
    expect(await helm.refusal('services.yaml', values)).toContain(message);
  });

  it.each([
    ['a key as a plain value', { settings: { OPENAI_API_KEY: 'sk-1' } }, "'OPENAI_API_KEY' not allowed"],
    ['an address with a login', { settings: { MONGODB_URI: 'mongodb://u:p@host/db' } }, '/settings/MONGODB_URI'],
    ['a bus in one process', { settings: { BATCHMILL_BUS: 'embedded' } }, '/settings/BATCHMILL_BUS'],
    ['what the chart sets', { settings: { PORT: 4000 } }, "'PORT' not allowed"],
    ['half a replica', { stages: { notifier: { replicas: 0.5 } } }, '/stages/notifier/replicas'],
    ['an image of pipelines without a tag', { pipelines: { image: { repository: 'a', tag: '' } } }, '/pipelines/image'],
  ])('C6: values that a setting cannot have are refused by the schema: %s', async (_, values, message) => {
    expect(await helm.refusal('services.yaml', values)).toContain(message);
  });

  it('C6: one message lists everything that is wrong with the values', async () => {
    const values = {
      settings: { BATCHMILL_BUS: 'kafka://kafka:9092', BATCHMILL_BLOBS: 'gridfs:', SHUTDOWN_TIMEOUT: 60 },
      secrets: { BATCHMILL_STORE: { secret: 'a', key: 'b' } },
      providerWebhook: { enabled: true },
    };

    const message = await helm.refusal(null, values);

    expect(message).toContain(
      'settings.BATCHMILL_VECTORS: found nothing, there or in secrets, expected the address of Milvus',
    );
    expect(message).toContain('secrets.OPENAI_API_KEY: found nothing, expected the Secret of your key');
    expect(message).toContain('secrets.OPENAI_WEBHOOK_SECRET: found nothing');
    expect(message).toContain(
      'terminationGracePeriodSeconds: found 40, expected more than SHUTDOWN_TIMEOUT, which is 60',
    );
  });

  it.each([
    [
      'a real key for the simulator',
      'services.yaml',
      { simulator: { enabled: true } },
      'a key is not for the simulator',
    ],
    [
      'a setting in two places',
      'services.yaml',
      { settings: { BATCHMILL_STORE: 'mongodb://host/db' } },
      'settings.BATCHMILL_STORE: found it in secrets too',
    ],
    [
      'two places of pipelines',
      'pipelines-image.yaml',
      { pipelines: { configMaps: [{ pipeline: 'a', name: 'b' }] } },
      'found pipelines.configMaps and pipelines.image, expected one of them',
    ],
    [
      'a consumer with the name of a stage',
      'services.yaml',
      { consumers: [{ name: 'notifier', replicas: 1 }] },
      'found a second service with the name notifier',
    ],
    [
      'no way out',
      'services.yaml',
      { networkPolicy: { egress: { restricted: true } } },
      'networkPolicy.egress.rules: found none',
    ],
    [
      'more replicas at least than at most',
      'autoscaled.yaml',
      { stages: { 'batch-submitter': { autoscaling: { min: 5 } } } },
      'stages.batch-submitter.autoscaling.min: found 5, expected at most max, which is 3',
    ],
    [
      'brokers that only a Secret names',
      null,
      {
        secrets: { BATCHMILL_BUS: { secret: 'a', key: 'b' } },
        autoscaling: { enabled: true, kafka: { enabled: true } },
      },
      'autoscaling.kafka.bootstrapServers: found nothing',
    ],
    [
      'a consumer that nothing scales',
      'autoscaled-by-lag.yaml',
      { autoscaling: { kafka: { enabled: false } } },
      'consumers, entity-linker.autoscaling: found it without autoscaling.kafka.enabled',
    ],
  ])('C6: values that contradict each other are refused: %s', async (_, file, values, message) => {
    expect(await helm.refusal(file, values)).toContain(message);
  });
});
