interface Habit {
  /** Within one tag or output, its texts in quotes left out. */
  readonly pattern: RegExp;
  readonly jinja: string;
  readonly liquid: string;
}

/** What Jinja writes otherwise, and Liquid does not know or passes over in silence. */
const habits: readonly Habit[] = [
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
  { pattern: /\|\s*\w+\s*\(/, jinja: 'a filter with ( )', liquid: 'a colon: {{ name | default: "nobody" }}' },
];

export interface FoundHabit {
  readonly told: string;
  /** From 1. */
  readonly line: number;
}

/** The first thing that a template writes as Jinja does and Liquid does not; null: there is none. */
export function jinjaHabitIn(source: string): FoundHabit | null {
  const raw = /\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}/gs;
  const blanked = source.replaceAll(raw, (text) => text.replaceAll(/[^\n]/g, ' '));
  for (const { 0: tag, index } of blanked.matchAll(/\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/gs)) {
    const bare = tag.replaceAll(/"[^"]*"|'[^']*'/g, '""');
    const habit = habits.find(({ pattern }) => pattern.test(bare));
    if (habit === undefined) continue;
    const told = `${habit.jinja} is Jinja's; Liquid writes ${habit.liquid}`;
    return { told, line: blanked.slice(0, index).split('\n').length };
  }
  return null;
}
