import { expect, it } from '@jest/globals';
import { Standstill } from './standstill.js';

it('a consumer stands still when the brokers answered often and it gave no sign', () => {
  const standstill = new Standstill(3);
  const first = [standstill.look(), standstill.look()];
  standstill.sign();

  expect([...first, standstill.look(), standstill.look(), standstill.look()]).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
});
