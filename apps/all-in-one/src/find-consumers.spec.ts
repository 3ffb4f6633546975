import { EntityLinkerModule } from '../../entity-linker/src/entity-linker.module.js';
import { describe, expect, it } from '@jest/globals';
import { consumerNames, findConsumers } from './find-consumers.js';

describe('the consumers of all-in-one', () => {
  it('S7: an app with the keyword of a consumer is one', () => {
    expect(consumerNames()).toContain('entity-linker');
    expect(consumerNames()).not.toContain('notifier');
  });

  it('S7: no consumer is started unless it is named', async () => {
    expect(await findConsumers([])).toEqual([]);
  });

  it('S7: a named consumer is started, once however often it is named', async () => {
    expect(await findConsumers(['entity-linker', 'entity-linker'])).toEqual([EntityLinkerModule]);
  });

  it('S7: an unknown name is refused, with the names of the consumers', async () => {
    await expect(findConsumers(['entity-linker', 'linker', 'notifier'])).rejects.toMatchObject({
      code: 'settings.invalid',
      message: expect.stringMatching(/^BATCHMILL_CONSUMERS: found linker, notifier, expected some of .*entity-linker/),
    });
  });
});
