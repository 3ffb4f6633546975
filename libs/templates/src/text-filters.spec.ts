import { describe, expect, it } from '@jest/globals';
import { Binary, Code, DBRef, Decimal128, Double, Int32, Long, MinKey, ObjectId, Timestamp, UUID } from 'bson';
import { compilePrompt } from './compile-prompt.js';
import { compileValue } from './compile-value.js';
import { liquidEngine } from './liquid-engine.js';
import { textFilters } from './text-filters.js';

const uuid = '38105f18-73f7-4b2d-bdb7-b3b3cfafbb2d';
const reference = '{"$ref":"people","$id":{"$oid":"0123456789abcdef01234567"}}';
const at = new Date('2020-01-02T03:04:05Z');
const variables = {
  at,
  of: { name: 'Ann', at },
  id: new ObjectId('0123456789abcdef01234567'),
  price: Decimal128.fromString('0.10'),
  numbers: { big: Long.fromString('9007199254740993'), price: Decimal128.fromString('0.10') },
  words: ['b', 'a'],
  dates: [at, new Date(0)],
  objects: [{ n: 1 }, { n: 2 }],
  mixed: [at, { n: 1 }, 'x', 7, null, ['y', at]],
};

describe('textFilters', () => {
  it.each([
    ['{{ dates | join: "; " }}', '2020-01-02T03:04:05.000Z; 1970-01-01T00:00:00.000Z'],
    ['{{ objects | join: "; " }}', '{"n":1}; {"n":2}'],
    ['{{ mixed | join: "; " }}', '2020-01-02T03:04:05.000Z; {"n":1}; x; 7; ; y, 2020-01-02T03:04:05.000Z'],
    ['{{ at | join }}', '2020-01-02T03:04:05.000Z'],
    ['{{ words | join: of }}', 'b{"name":"Ann","at":"2020-01-02T03:04:05.000Z"}a'],
    ['{{ dates | array_to_sentence_string }}', '2020-01-02T03:04:05.000Z and 1970-01-01T00:00:00.000Z'],
    ['{{ at | append: "!" }}', '2020-01-02T03:04:05.000Z!'],
    ['{{ "on " | append: at }}', 'on 2020-01-02T03:04:05.000Z'],
    ['{{ "!" | prepend: of }}', '{"name":"Ann","at":"2020-01-02T03:04:05.000Z"}!'],
    ['{{ objects | append: "!" }}', '[{"n":1},{"n":2}]!'],
    ['{{ words | upcase }}', 'B, A'],
    ['{{ at | split: "T" | first }}', '2020-01-02'],
    ['{{ at | replace: "T", " " }}', '2020-01-02 03:04:05.000Z'],
    ['{{ "when: _" | replace: "_", at }}', 'when: 2020-01-02T03:04:05.000Z'],
    ['{{ at | downcase }}', '2020-01-02t03:04:05.000z'],
    ['{{ of | upcase }}', '{"NAME":"ANN","AT":"2020-01-02T03:04:05.000Z"}'],
    ['{{ of | capitalize | strip }}', '{"name":"ann","at":"2020-01-02t03:04:05.000z"}'],
    ['{{ at | truncate: 10, "" }}', '2020-01-02'],
    ['{{ at | slice: 0, 4 }}', '2020'],
    ['{{ dates | slice: 1 }}', '1970-01-01T00:00:00.000Z'],
    ['{{ of | escape }}', '{&#34;name&#34;:&#34;Ann&#34;,&#34;at&#34;:&#34;2020-01-02T03:04:05.000Z&#34;}'],
    ['{{ at | url_encode }}', '2020-01-02T03%3A04%3A05.000Z'],
    ['{{ id | append: price }}', '0123456789abcdef012345670.10'],
    ['{{ numbers }}', '{"big":"9007199254740993","price":"0.10"}'],
    ['{{ numbers | json }}', '{"big":"9007199254740993","price":"0.10"}'],
    ['{{ dates | json }}', '["2020-01-02T03:04:05.000Z","1970-01-01T00:00:00.000Z"]'],
    ['{{ words | json: 1 }}{{ "a" | json }}', '[\n "b",\n "a"\n]"a"'],
    ['{{ numbers.big }} {{ numbers.price }}', '9007199254740993 0.10'],
    ['{{ objects | map: "n" | join: "+" }}', '1+2'],
    ['{{ at | date: "%Y" | append: "." }}', '2020.'],
    ['{{ words | sort | join }}', 'a b'],
    ['{{ words | size }}{{ dates | first }}', '22020-01-02T03:04:05.000Z'],
    ['{{ "x" | append: empty }}', 'x'],
  ])('C3: a text filter sees a date and an object as an output shows them: %s', (template, text) => {
    expect(compilePrompt(template).render(variables)).toBe(text);
  });

  it.each<[string, unknown, string, unknown]>([
    ['a 64-bit integer', Long.fromString('9007199254740993'), '9007199254740993', '9007199254740993'],
    ['a 32-bit integer', new Int32(7), '7', 7],
    ['a decimal', Decimal128.fromString('0.10'), '0.10', '0.10'],
    ['infinity', -Infinity, '-Infinity', '-Infinity'],
    ['a UUID', new UUID(uuid).toBinary(), uuid, uuid],
    [
      'a UUID of the old kind',
      new Binary(new UUID(uuid).buffer, 3),
      'OBBfGHP3Sy29t7Ozz6+7LQ==',
      'OBBfGHP3Sy29t7Ozz6+7LQ==',
    ],
    ['bytes', new Binary(Buffer.from([0, 255])), 'AP8=', 'AP8='],
    ['a reference', new DBRef('people', new ObjectId('0123456789abcdef01234567')), reference, reference],
    ['code', new Code('x'), '{"$code":"x"}', '{"$code":"x"}'],
    ['the smallest key', new MinKey(), '{"$minKey":1}', '{"$minKey":1}'],
    ['a timestamp', new Timestamp({ t: 1, i: 2 }), '{"$timestamp":{"t":1,"i":2}}', '{"$timestamp":{"t":1,"i":2}}'],
    [
      'a regular expression',
      /a/i,
      '{"$regularExpression":{"pattern":"a","options":"i"}}',
      '{"$regularExpression":{"pattern":"a","options":"i"}}',
    ],
  ])('C4: %s has one text, alone and within JSON', (_, value, text, json) => {
    expect(compilePrompt('{{ value }}').render({ value })).toBe(text);
    expect(JSON.parse(compilePrompt('{{ of }}').render({ of: { value } }))).toEqual({ value: json });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['NaN', NaN],
    ['a Double that is NaN', new Double(NaN)],
    ['a decimal that is NaN', Decimal128.fromString('NaN')],
    ['a date that is none', new Date(NaN)],
  ])('C4: %s is no value: it is an error or takes the default, also within an object', (_, value) => {
    const strict = (template: string): string =>
      compilePrompt(template, { nullIs: 'missing' }).render({ value, of: { value } });

    expect(() => strict('{{ value }}')).toThrow();
    expect(() => strict('{{ of.value }}')).toThrow();
    expect(strict('{{ value | default: "none" }}{{ of.value | default: "none" }}')).toBe('nonenone');
    expect(strict('{{ of }}')).toBe('{"value":null}');
    expect(compilePrompt('{{ value }}').render({ value })).toBe('');
  });

  it.each<[string, unknown, string, string]>([
    ['NaN in a list', [NaN, 'z'], '{{ value | join: "; " }}', '; z'],
    ['a Double that is NaN in a list', [new Double(NaN), 'z'], '{{ value | join: "; " }}', '; z'],
    [
      'a date that is none, of objects',
      [{ on: new Date(NaN) }, { on: 1 }],
      '{{ value | map: "on" | join: "; " }}',
      '; 1',
    ],
    ['infinity', Infinity, '{{ value | json }}', '"Infinity"'],
    ['infinity, shown', -Infinity, '{{ value | inspect }}', '"-Infinity"'],
    ['a large integer', 12345678901234567890n, '{{ value | json }}', '"12345678901234567890"'],
    ['a 64-bit integer, shown', Long.fromString('9007199254740993'), '{{ value | inspect }}', '"9007199254740993"'],
    ['bytes of a function', Buffer.from([0, 255]), '{{ value | append: "!" }}', 'AP8=!'],
    ['bytes of a function, as they are', Buffer.from([0, 255]), '{{ value | raw }}', 'AP8='],
    ['bytes in a list', [Buffer.from([0, 255]), 'z'], '{{ value | join: "; " }}', 'AP8=; z'],
    ['bytes, appended', Buffer.from([0, 255]), '{{ "x" | append: value }}', 'xAP8='],
    ['bytes, as they are', new Binary(Buffer.from([0, 255])), '{{ value | raw }}', 'AP8='],
    [
      'a reference, as it is',
      new DBRef('people', new ObjectId('0123456789abcdef01234567')),
      '{{ value | raw }}',
      reference,
    ],
    ['the smallest key, as it is', new MinKey(), '{{ value | raw }}', '{"$minKey":1}'],
    ['an object, as it is', { a: 1 }, '{{ value | raw }}', '{"a":1}'],
    ['false with its own default', false, '{{ value | default: "x", allow_false: true }}', 'false'],
  ])('C4 Y8: a filter sees what has no text of its own as an output shows it: %s', (_, value, template, text) => {
    expect(compilePrompt(template, { nullIs: 'missing' }).render({ value })).toBe(text);
  });

  it('C4: a symbol, as a preprocess function may return, is no value', () => {
    const value = Symbol('a');

    expect(() => compilePrompt('{{ value }}', { nullIs: 'missing' }).render({ value })).toThrow();
    expect(compilePrompt('{{ value }}{{ value | default: "none" }}').render({ value })).toBe('none');
  });

  it('C3: the values of an update template behave the same', () => {
    const errors: unknown[] = [];
    const value = compileValue({ $set: { on: '{{ dates | join: "; " }}', at: '{{ at }}' } }, (...error) =>
      errors.push(error),
    );

    expect(value.render(variables)).toEqual({
      $set: { on: '2020-01-02T03:04:05.000Z; 1970-01-01T00:00:00.000Z', at },
    });
    expect(errors).toEqual([]);
  });

  it('C3: every filter of the engine is classified as a text filter or another one', () => {
    const otherFilters =
      'abs at_least at_most ceil compact concat date date_to_long_string date_to_rfc822 date_to_string ' +
      'date_to_xmlschema divided_by find find_exp find_index find_index_exp first floor group_by group_by_exp has ' +
      'has_exp last map minus modulo plus pop push reject reject_exp reverse round shift size sort ' +
      'sort_natural sum times to_integer uniq unshift where where_exp';

    const known = [...Object.keys(textFilters), ...otherFilters.split(' ')].sort();

    expect(Object.keys(liquidEngine({}).filters).sort()).toEqual(known);
  });
});
