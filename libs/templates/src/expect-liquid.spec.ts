import { describe, expect, it } from '@jest/globals';
import { compilePrompt } from './compile-prompt.js';
import { compileValue } from './compile-value.js';

function refused(source: string): unknown {
  try {
    compilePrompt(`Hello\n${source}`);
    return null;
  } catch (error) {
    const { message, line } = error as { message: string; line: number };
    return `line ${line}: ${message}`;
  }
}

describe('expectLiquid', () => {
  it.each([
    ['{% if "zzz" in list %}x{% endif %}', '"in" is no operator of Liquid; Liquid writes {% if list contains "zzz" %}'],
    ['{% if a and s in of.list %}x{% endif %}', 'Liquid writes {% if of.list contains s %}'],
    ['{% if s not in list %}x{% endif %}', 'Liquid writes {% unless list contains s %}…{% endunless %}'],
    ['{% if a %}{% elsif s in list %}{% endif %}', 'Liquid writes {% if list contains s %}'],
    ['{{ s ?? "x" }}', '"??" is no operator of Liquid; Liquid writes {{ s | default: "x" }}'],
    ['{{ a ? "x" : "y" }}', 'Liquid writes {% if … %}…{% else %}…{% endif %}'],
    ['{{ num - 2 }}', '"-" is no operator of Liquid; Liquid writes {{ num | minus: 2 }}, or {% assign it ='],
    ['{{ num -2 }}', 'Liquid writes {{ num | minus: 2 }}'],
    ['{{ a.b + c[0] }}', 'Liquid writes {{ a.b | plus: c[0] }}'],
    ['{{ num * 2 }}', 'Liquid writes {{ num | times: 2 }}'],
    ['{{ num / 2 }}', 'Liquid writes {{ num | divided_by: 2 }}'],
    ['{{ num % 2 }}', 'Liquid writes {{ num | modulo: 2 }}'],
    ['{{ a ~ b }}', 'Liquid writes {{ a | append: b }}'],
    ['{% if num - 2 > 3 %}{% endif %}', '{% assign it = num | minus: 2 %} before a condition'],
    ['{% if a && b %}{% endif %}', 'Liquid writes a and b'],
    ['{% if a || b %}{% endif %}', 'Liquid writes a or b'],
    ['{% if a = b %}{% endif %}', 'Liquid writes a == b'],
    ['{% if a === b %}{% endif %}', 'no value stands behind "=="'],
    [
      '{{ patient name }}',
      '"name" behind "patient" would be passed over; Liquid writes a name in one word ({{ patient_name }}',
    ],
    ['{{ a, b }}', '", b" behind "a" would be passed over'],
    ['{{ a | upcase, b }}', '", b" behind "a" would be passed over'],
    ['{{ a | default: "x") }}', '")" behind "a" would be passed over'],
    ['{% if a b %}{% endif %}', '"b" behind "a" would be passed over'],
    ['{% if not a b %}{% endif %}', '"b" behind "a" would be passed over'],
    ['{% unless a b %}{% endunless %}', '"b" behind "a"'],
    ['{% if num == 5 s %}{% endif %}', '"s" behind "5" would be passed over'],
    ['{% if a == %}{% endif %}', 'no value stands behind "=="'],
    ['{% if == a %}{% endif %}', 'no value stands before "=="'],
    ['{% if a and or b %}{% endif %}', 'no value stands before "or"'],
    ['{% assign q = s num %}', '"num" behind "s" would be passed over'],
    ['{% assign q = s | upcase, num %}', '", num" behind "s" would be passed over'],
    ['{% echo a b %}', '"b" behind "a" would be passed over'],
    ['{% case a b %}{% when 1 %}{% endcase %}', '"b" behind "a" would be passed over'],
    ['{% case a %}{% when 1 b or 2 %}{% endcase %}', '"b or 2" behind "1" would be passed over'],
    [
      '{% case a %}{% when 1 %}{% else if b %}{% endcase %}',
      'behind else would be passed over; Liquid writes {% elsif … %}',
    ],
    ['{% for x in list | sort %}{% endfor %}', '"| sort" behind the list of a loop would be passed over'],
    ['{% for x in list if x.on %}{% endfor %}', '"if x.on" behind the list of a loop would be passed over'],
    ['{% for x in of.items() %}{% endfor %}', '"()" behind the list of a loop would be passed over'],
    ['{% for x in list limit: 2 sorted %}{% endfor %}', '"sorted" behind the list of a loop'],
    ['{% capture a b %}{% endcapture %}', '"b" behind "a" would be passed over'],
    ['{% cycle a b, c %}', '"b, c" behind "a" would be passed over'],
    ['{{ list[0 1] }}', '"1]" within "list[0 1]" would be passed over'],
    ['{{ a | append: list[0 b] }}', 'within "list[0 b]" would be passed over'],
    ['{% liquid\n assign a = 1\n echo a b %}', '"b" behind "a" would be passed over'],
    ['{{ name of {{ place }}', '(is a {{ there without its }}?)'],
  ])('C3: what the engine would pass over is told with what Liquid writes: %s', (source, told) => {
    expect(refused(source)).toContain(told);
    expect(refused(source)).toMatch(/^line [24]: /);
  });

  it.each([
    '{{ a }}{{- a.b["c d"][0].e -}}{{ a[b.c[0]].d }}{{ "x".size }}{{a|upcase|append:"b",|}}',
    '{{ a | date: "%d, %B" | default: "in, not and b", allow_false: true }}',
    "{{ not a }}{{ a and b or c }}{{ a == b }}{{ (1..3) | join: \", \" }}{{ (a.b..c[0]) }}{{ -1.5 }}{{ 'it\\'s' }}",
    '{% if a and not b or c contains "x y" and d != blank %}{% elsif e >= -1 %}{% else %}{% endif %}',
    '{% unless a == nil %}{% elsif b %}{% else %}{% endunless %}{% if a | size %}{% endif %}',
    '{% for x in list %}{% break %}{% continue %}{% else %}{% endfor %}',
    '{% for x in a.b[0] limit: 2, offset: continue reversed %}{% endfor %}{% for i in (1..n) reversed %}{% endfor %}',
    '{% tablerow x in list cols: 2 limit:3 offset : a.b %}{% endtablerow %}',
    '{% case a | downcase %}{% when "a", "b" or "c" or d.e %}{% when 1 %}{% else %}{% endcase %}',
    '{% cycle "a", "b" %}{% cycle "g": a, b | upcase, c.d %}{% cycle a %}',
    '{% assign x = a | split: "," | sort %}{% assign y=1%}{% capture z %}{{ x }}{% endcapture %}{% capture "z" %}{% endcapture %}',
    '{% increment n %}{% decrement n %}{% echo a | upcase %}{% echo %}{% # a note, b %}',
    '{% comment %}{{ a b }}{% if a in b %}{% endcomment %}{% raw %}{{ a b }}{% if a in b %}{% endraw %}',
    '{% liquid\n  assign a = 1\n  if a == 1 and b\n    echo a | plus: 2\n  endif\n  comment\n  a b c\n  endcomment\n%}',
    '{{ order }}{{ include }}{{ nothing }}{{ information.in }}{{ or_else }}{{ a-b }}{{ ändern.größe }}{{ in }}',
  ])('C3: Liquid is read as it was: %s', (source) => {
    expect(refused(source)).toBeNull();
  });

  it('C3: so it is in an update template, in values and keys', () => {
    const told: string[] = [];
    const template = { $set: { 'of.{{ a b }}': 'x', one: '{{ num - 2 }}', text: 'at {{ a b }}', fine: '{{ a }}' } };

    compileValue(template, (path, { message }) => told.push(`${path}: ${message}`));

    expect(told).toEqual([
      expect.stringContaining('"b" behind "a"'),
      expect.stringContaining('$set.one: "-" is no operator of Liquid'),
      expect.stringContaining('$set.text: "b" behind "a"'),
    ]);
  });
});
