import { describe, expect, it } from '@jest/globals';
import { comparableName } from './comparable-name.js';

describe('comparableName', () => {
  it.each([
    ['case', 'APPLE', 'apple', null],
    ['diacritics', 'Nestlé Ærø Łódź Müller Straße', 'nestleaerolodzmullerstrasse', null],
    ['punctuation and spaces', ' J.P.  Morgan—Chase ', 'jpmorganchase', null],
    ['an ampersand', 'Procter & Gamble', 'procterandgamble', null],
    ['an article', 'The Gambia', 'gambia', null],
    ['a legal form', 'Siemens Aktiengesellschaft', 'siemens', 'ag'],
    ['several legal forms', 'Merck & Co., Inc.', 'merck', 'co inc'],
    ['a legal form with dots', "L'Oréal S.A.", 'loreal', 'sa'],
    ['a legal form with a slash', 'Mærsk A/S', 'maersk', 'as'],
    ['a name that is only a legal form', 'Limited', 'limited', null],
    ['another script', 'Газпром', 'газпром', null],
    ['nothing', '…', '', null],
  ])('I4: two spellings of one name have the same comparable form: %s', (_, name, core, legalForm) => {
    expect(comparableName(name)).toMatchObject({ core, legalForm });
  });
});
