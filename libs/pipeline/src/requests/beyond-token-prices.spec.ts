import type { RequestFields } from '@batchmill/provider';
import { describe, expect, it } from '@jest/globals';
import { beyondTokenPrices } from './beyond-token-prices.js';

describe('what is paid by more than tokens', () => {
  it.each<[RequestFields, string[]]>([
    [{}, []],
    [{ service_tier: null, tools: null }, []],
    [{ service_tier: 'auto' }, []],
    [{ service_tier: 'flex' }, []],
    [{ service_tier: 'priority' }, ['body.service_tier "priority"']],
    [{ service_tier: 'one of tomorrow' }, ['body.service_tier "one of tomorrow"']],
    [{ tools: [{ type: 'function', name: 'f' }, { type: 'custom' }] }, []],
    [
      { tools: [{ type: 'web_search' }, { type: 'code_interpreter' }] },
      ['body.tools "web_search"', 'body.tools "code_interpreter"'],
    ],
    [{ web_search_options: {} }, ['body.web_search_options']],
    [{ modalities: ['text'] }, []],
    [{ modalities: ['text', 'audio'] }, ['body.modalities "audio"']],
  ])('M4: of the body %j: %j', (body, expected) => {
    expect(beyondTokenPrices({ body })).toEqual(expected);
  });
});
