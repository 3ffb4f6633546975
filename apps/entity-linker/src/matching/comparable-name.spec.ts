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
    ['several of them', 'Merck & Co., Inc.', 'merck', 'co inc'],
    ['one with dots', "L'Oréal S.A.", 'loreal', 'sa'],
    ['one with a slash', 'Mærsk A/S', 'maersk', 'as'],
    ['a name that is nothing but a legal form', 'Limited', 'limited', null],
    ['another script', 'Газпром', 'газпром', null],
    ['nothing', '…', '', null],
  ])('I4: names are compared without %s', (_, name, core, legalForm) => {
    expect(comparableName(name)).toMatchObject({ core, legalForm });
  });
});
