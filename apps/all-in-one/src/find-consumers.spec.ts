import { describe, expect, it } from '@jest/globals';
import { consumerNames } from './find-consumers.js';

describe('the consumers of the repository', () => {
  it('S7: an app with the keyword of a consumer is one', () => {
    expect(consumerNames()).toContain('entity-linker');
    expect(consumerNames()).not.toContain('notifier');
  });
});
