import { expect, it } from '@jest/globals';
import { closestName } from './closest-name.js';

it('finds what was probably meant', () => {
  expect(closestName('anual-reports', ['annual-reports', 'package-docs'])).toBe('annual-reports');
  expect(closestName('DOCTYPE', ['docType', 'companies'])).toBe('docType');
});

it('says nothing when nothing is near', () => {
  expect(closestName('xyz', ['annual-reports', 'qa'])).toBeNull();
  expect(closestName('qa', [])).toBeNull();
});
