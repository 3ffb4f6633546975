interface JinjaConstruct {
  /** Matched within one tag or output whose quoted texts were emptied. */
  readonly pattern: RegExp;
  readonly jinja: string;
  readonly liquid: string;
}

/** Constructs of Jinja that Liquid does not have, or ignores without an error. */
const constructs: readonly JinjaConstruct[] = [
  { pattern: /^\{#/, jinja: '{# … #}', liquid: '{% comment %}…{% endcomment %}' },
  {
    pattern: /^\{\{.*\s(?:if|else)\s/s,
    jinja: 'a condition within {{ }}',
    liquid: '{% if … %}…{% else %}…{% endif %}',
  },
  { pattern: /\sis\s+(?:not\s+)?(?:defined|none|string|number)\b/, jinja: 'is defined', liquid: '{% if name %}' },
  { pattern: /^\{%-?\s*set\s/, jinja: '{% set %}', liquid: '{% assign name = value %}' },
  { pattern: /^\{%-?\s*elif\s/, jinja: '{% elif %}', liquid: '{% elsif … %}' },
  { pattern: /\|\s*tojson\b/, jinja: 'tojson', liquid: '{{ name | json }}' },
  { pattern: /\|\s*length\b/, jinja: 'length', liquid: '{{ name | size }}' },
  { pattern: /\bloop\./, jinja: 'loop', liquid: '{{ forloop.index }}' },
  { pattern: /\|\s*\w+\s*\(/, jinja: 'a filter with ( )', liquid: 'a colon: {{ name | default: "unknown" }}' },
];

export interface JinjaSyntax {
  /** What was found and what Liquid has instead. */
  readonly message: string;
  /** From 1. */
  readonly line: number;
}

/** The first construct of Jinja in a template; null when there is none. */
export function findJinjaSyntax(source: string): JinjaSyntax | null {
  const raw = /\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}/gs;
  const withoutRaw = source.replaceAll(raw, (text) => text.replaceAll(/[^\n]/g, ' '));
  for (const { 0: tag, index } of withoutRaw.matchAll(/\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/gs)) {
    const withoutTexts = tag.replaceAll(/"[^"]*"|'[^']*'/g, '""');
    const construct = constructs.find(({ pattern }) => pattern.test(withoutTexts));
    if (construct === undefined) continue;
    const message = `${construct.jinja} is Jinja syntax; in Liquid write ${construct.liquid}`;
    return { message, line: withoutRaw.slice(0, index).split('\n').length };
  }
  return null;
}
