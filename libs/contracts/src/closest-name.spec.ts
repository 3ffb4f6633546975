import { expect, it } from '@jest/globals';
import { closestName } from './closest-name.js';

it('finds the name that was probably meant', () => {
  expect(closestName('anual-reports', ['annual-reports', 'package-docs'])).toBe('annual-reports');
  expect(closestName('DOCTYPE', ['docType', 'companies'])).toBe('docType');
});

it('returns null when no name is close', () => {
  expect(closestName('xyz', ['annual-reports', 'qa'])).toBeNull();
  expect(closestName('qa', [])).toBeNull();
});
