import { describe, expect, it } from '@jest/globals';
import { Decimal128, Long } from 'bson';
import { compilePrompt } from './compile-prompt.js';
import { liquidEngine } from './liquid-engine.js';
import { numberFilters } from './number-filters.js';
import { templateError } from './template-error.js';

const big = Long.fromString('9007199254740993');
const variables = {
  big,
  bigint: 9_007_199_254_740_993n,
  small: 7n,
  digits: '12345678901234567890',
  price: Decimal128.fromString('1.10'),
  long: Decimal128.fromString('0.12345678901234567'),
  most: Number.MAX_SAFE_INTEGER,
  huge: 1e300,
  list: [1, big],
  prices: [Decimal128.fromString('1.10'), 2],
  lines: [{ amount: big }, { amount: 2 }],
  bills: [{ due: { amount: 1 }, id: big }, { due: { amount: 2n } }, { due: null }, 'none'],
};

describe('numberFilters', () => {
  it('are all that the engine has for numbers', () => {
    const { filters } = liquidEngine({});

    expect(numberFilters.filter((name) => filters[name] === undefined)).toEqual([]);
  });

  it.each([
    ['{{ small | plus: 1 }}', '8'],
    ['{{ price | times: 2 }}', '2.2'],
    ['{{ prices | sum }}', '3.1'],
    ['{{ "0007.50" | plus: 1 }}', '8.5'],
    ['{{ most | minus: 1 }}', '9007199254740990'],
    ['{{ huge | times: 2 }}', '2e+300'],
    ['{{ 10 | divided_by: 4 }}', '2.5'],
    ['{{ bills | sum: "due.amount" }}', '3'],
    ['{{ big }} {{ digits }} {{ long }}', '9007199254740993 12345678901234567890 0.12345678901234567'],
  ])('C3 Y8: a filter calculates with exact numbers: %s', (template, text) => {
    expect(compilePrompt(template).render(variables)).toBe(text);
  });

  it.each([
    ...numberFilters.filter((name) => name !== 'sum').map((name) => `{{ big | ${name}: 2 }}`),
    '{{ 1 | plus: big }}',
    '{{ bigint | plus: 1 }}',
    '{{ digits | plus: 1 }}',
    '{{ long | round: 2 }}',
    '{{ most | times: 3 }}',
    '{{ most | plus: 2 }}',
    '{{ list | sum }}',
    '{{ lines | sum: "amount" }}',
  ])('C3 Y8: what would lose digits fails, and says so without them: %s', (template) => {
    const render = () => compilePrompt(template).render(variables);

    expect(render).toThrow();
    const scope = { variables, fieldMap: {} };
    let caught: unknown;
    try {
      render();
    } catch (error) {
      caught = error;
    }
    const error = templateError('the prompt', caught, scope);
    expect(error).toMatchObject({ code: 'template.inexact-number', message: expect.stringContaining('more digits') });
    expect(error.message).not.toMatch(/\d{9}/);
  });
});
