import { describe, expect, it } from '@jest/globals';
import { compilePrompt } from '../compile-prompt.js';
import { compileValue } from '../compile-value.js';

function errorOf(source: string): unknown {
  try {
    compilePrompt(`Hello\n${source}`);
    return null;
  } catch (error) {
    const { message, line } = error as { message: string; line: number };
    return `line ${line}: ${message}`;
  }
}

describe('checkTemplateSyntax', () => {
  it.each([
    ['{% if "zzz" in list %}x{% endif %}', 'Liquid has no operator "in"; write {% if list contains "zzz" %}'],
    ['{% if a and s in of.list %}x{% endif %}', 'write {% if of.list contains s %}'],
    ['{% if s not in list %}x{% endif %}', 'write {% unless list contains s %}…{% endunless %}'],
    ['{% if a %}{% elsif s in list %}{% endif %}', 'write {% if list contains s %}'],
    ['{{ s ?? "x" }}', 'Liquid has no operator "??"; write {{ s | default: "x" }}'],
    ['{{ a ? "x" : "y" }}', 'write {% if … %}…{% else %}…{% endif %}'],
    ['{{ num - 2 }}', 'Liquid has no operator "-"; write {{ num | minus: 2 }}, or {% assign result ='],
    ['{{ num -2 }}', 'write {{ num | minus: 2 }}'],
    ['{{ a.b + c[0] }}', 'write {{ a.b | plus: c[0] }}'],
    ['{{ num * 2 }}', 'write {{ num | times: 2 }}'],
    ['{{ num / 2 }}', 'write {{ num | divided_by: 2 }}'],
    ['{{ num % 2 }}', 'write {{ num | modulo: 2 }}'],
    ['{{ a ~ b }}', 'write {{ a | append: b }}'],
    ['{% if num - 2 > 3 %}{% endif %}', '{% assign result = num | minus: 2 %} before a condition'],
    ['{% if a && b %}{% endif %}', 'write a and b'],
    ['{% if a || b %}{% endif %}', 'write a or b'],
    ['{% if a = b %}{% endif %}', 'write a == b'],
    ['{% if a === b %}{% endif %}', 'there is no value after "=="'],
    ['{{ patient name }}', 'Liquid would ignore "name" after "patient"; write a name as one word ({{ patient_name }}'],
    ['{{ a, b }}', 'Liquid would ignore ", b" after "a"'],
    ['{{ a | upcase, b }}', 'Liquid would ignore ", b" after "a"'],
    ['{{ a | default: "x") }}', 'Liquid would ignore ")" after "a"'],
    ['{% if a b %}{% endif %}', 'Liquid would ignore "b" after "a"'],
    ['{% if not a b %}{% endif %}', 'Liquid would ignore "b" after "a"'],
    ['{% unless a b %}{% endunless %}', '"b" after "a"'],
    ['{% if num == 5 s %}{% endif %}', 'Liquid would ignore "s" after "5"'],
    ['{% if a == %}{% endif %}', 'there is no value after "=="'],
    ['{% if == a %}{% endif %}', 'there is no value before "=="'],
    ['{% if a and or b %}{% endif %}', 'there is no value before "or"'],
    ['{% assign q = s num %}', 'Liquid would ignore "num" after "s"'],
    ['{% assign q = s | upcase, num %}', 'Liquid would ignore ", num" after "s"'],
    ['{% echo a b %}', 'Liquid would ignore "b" after "a"'],
    ['{% case a b %}{% when 1 %}{% endcase %}', 'Liquid would ignore "b" after "a"'],
    ['{% case a %}{% when 1 b or 2 %}{% endcase %}', 'Liquid would ignore "b or 2" after "1"'],
    ['{% case a %}{% when 1 %}{% else if b %}{% endcase %}', 'after else; write {% elsif … %}'],
    ['{% for x in list | sort %}{% endfor %}', 'Liquid would ignore "| sort" after the list of a loop'],
    ['{% for x in list if x.on %}{% endfor %}', 'Liquid would ignore "if x.on" after the list of a loop'],
    ['{% for x in of.items() %}{% endfor %}', 'Liquid would ignore "()" after the list of a loop'],
    ['{% for x in list limit: 2 sorted %}{% endfor %}', '"sorted" after the list of a loop'],
    ['{% capture a b %}{% endcapture %}', 'Liquid would ignore "b" after "a"'],
    ['{% cycle a b, c %}', 'Liquid would ignore "b, c" after "a"'],
    ['{{ list[0 1] }}', 'Liquid would ignore "1]" in "list[0 1]"'],
    ['{{ a | append: list[0 b] }}', 'in "list[0 b]"'],
    ['{% liquid\n assign a = 1\n echo a b %}', 'Liquid would ignore "b" after "a"'],
    ['{{ name of {{ place }}', '(is a {{ not closed by }}?)'],
  ])('C3: text that the engine would ignore is reported with what to write instead: %s', (source, expected) => {
    expect(errorOf(source)).toContain(expected);
    expect(errorOf(source)).toMatch(/^line [24]: /);
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
  ])('C3: valid Liquid is accepted: %s', (source) => {
    expect(errorOf(source)).toBeNull();
  });

  it('C3: an update template is checked in values and keys', () => {
    const errors: string[] = [];
    const template = { $set: { 'of.{{ a b }}': 'x', one: '{{ num - 2 }}', text: 'at {{ a b }}', fine: '{{ a }}' } };

    compileValue(template, (path, { message }) => errors.push(`${path}: ${message}`));

    expect(errors).toEqual([
      expect.stringContaining('"b" after "a"'),
      expect.stringContaining('$set.one: Liquid has no operator "-"'),
      expect.stringContaining('$set.text: Liquid would ignore "b" after "a"'),
    ]);
  });
});
