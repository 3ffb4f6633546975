import { describe, expect, it } from '@jest/globals';
import { withSimulator } from '../testing/with-simulator.js';
import { faultCatalogue } from './fault-catalogue.js';
import { parseFaultRules } from './fault-rule.js';

describe('fault rules', () => {
  it('every fault of the catalogue is accepted, and says what it does', () => {
    for (const [on, faults] of Object.entries(faultCatalogue)) {
      for (const [what, { does }] of Object.entries(faults)) {
        const value = what === 'delay' ? { value: 5 } : {};
        expect(parseFaultRules([{ on, what, ...value }])).toEqual([{ on, what, ...value }]);
        expect(does).toMatch(/\.$/);
      }
    }
  });

  it.each([
    [{ on: 'everything', what: 'status' }, /Rule 0: on is "everything"; expected files\.create, /],
    [{ on: 'batch', what: 'cut-off' }, /Rule 0: what is "cut-off"; expected one of those on batch: refused, status, /],
    [{ on: 'batch', what: 'expire', value: 101 }, /value is 101; expected a percentage/],
    [{ on: 'line', what: 'status', value: 200 }, /value is 200; expected a status from 400 to 599/],
    [{ on: 'line', what: 'status', rate: 2 }, /rate is 2; expected a number from 0 to 1/],
    [{ on: 'line', what: 'status', every: 0 }, /every is 0/],
    [{ on: 'line', what: 'status', times: -1 }, /times is -1/],
    [{ on: 'line', what: 'status', match: 5 }, /match is 5; expected a string/],
    [{ on: 'line', what: 'status', often: 5 }, /the key is "often"; expected on, what, /],
    [{ on: 'batches.list', what: 'stale', value: 'soon' }, /value is "soon"; expected a number of calls/],
    [{ on: 'batches.list', what: 'delay' }, /expected a number of at least 0/],
    [{ on: 'batch', what: 'status', value: 500 }, /expected the code of an error/],
    [{ on: 'files.create', what: 'pending', value: -1 }, /value is -1; expected simulated seconds of at least 0/],
    [{ on: 'files.create', what: 'error', value: 5 }, /value is 5; expected a text/],
    [{ on: 'batch', what: 'late-files', value: 'soon' }, /value is "soon"; expected simulated seconds/],
    [{ on: 'batch', what: 'times', value: 'roman' }, /value is "roman"; expected "iso", "ms", "text"/],
    [{ on: 'batch', what: 'own-state', value: '' }, /value is ""; expected a text/],
    ['nothing', /expected an object/],
  ])('%j is refused with what was expected', (rule, message) => {
    expect(() => parseFaultRules([rule])).toThrow(message);
  });

  it('a wrong rule keeps the previous ones; an empty list removes all', async () => {
    await withSimulator({}, async (client) => {
      await client.faults([{ on: 'line', what: 'missing' }]);

      const wrong = await client.refusal(client.faults([{ on: 'line', what: 'nonsense' }]));
      const standing = await client.get<unknown[]>('/admin/faults');
      await client.send('PUT', '/admin/faults', { rules: [] });

      expect(wrong).toMatchObject({ status: 400, code: 'simulator.bad-fault' });
      expect(standing).toEqual([{ on: 'line', what: 'missing', met: 0, fired: 0 }]);
      expect(await client.get<unknown[]>('/admin/faults')).toEqual([]);
    });
  });
});
