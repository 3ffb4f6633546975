import { expect, it } from '@jest/globals';
import { Standstill } from './standstill.js';

it('a consumer counts as stalled when brokers answered often and it made no progress', () => {
  const standstill = new Standstill(3);
  const first = [standstill.check(), standstill.check()];
  standstill.sign();

  expect([...first, standstill.check(), standstill.check(), standstill.check()]).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
});
