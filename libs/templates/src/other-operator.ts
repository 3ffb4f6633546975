import { LiquidError, Tokenizer } from 'liquidjs';

interface Operator {
  readonly pattern: RegExp;
  readonly liquid: (left: string, right: string) => string;
}

/** What other languages write between two values. */
const operators: readonly Operator[] = [
  {
    pattern: /^not\s+in(?![\w-])/,
    liquid: (left, right) => `{% unless ${right} contains ${left} %}…{% endunless %}`,
  },
  { pattern: /^in(?![\w-])/, liquid: (left, right) => `{% if ${right} contains ${left} %}` },
  { pattern: /^(?:\?\?|\?:)/, liquid: (left, right) => `{{ ${left} | default: ${right} }}` },
  { pattern: /^\?/, liquid: () => '{% if … %}…{% else %}…{% endif %}' },
  { pattern: /^\+/, liquid: filtered('plus') },
  { pattern: /^-/, liquid: filtered('minus') },
  { pattern: /^\*/, liquid: filtered('times') },
  { pattern: /^\//, liquid: filtered('divided_by') },
  { pattern: /^%/, liquid: filtered('modulo') },
  { pattern: /^~/, liquid: filtered('append') },
  { pattern: /^&&/, liquid: (left, right) => `${left} and ${right}` },
  { pattern: /^\|\|/, liquid: (left, right) => `${left} or ${right}` },
  { pattern: /^(?:===?|=|is|eq)(?![\w-])/, liquid: (left, right) => `${left} == ${right}` },
];

/** Of what stands behind a value: what Liquid writes for an operator that it does not have; null: it is none. */
export function otherOperator(left: string, behind: string): string | null {
  for (const { pattern, liquid } of operators) {
    const found = pattern.exec(behind)?.[0];
    if (found === undefined) continue;
    const right = firstValueIn(behind.slice(found.length));
    return `${JSON.stringify(found)} is no operator of Liquid; Liquid writes ${liquid(left, right)}`;
  }
  return null;
}

function filtered(filter: string): Operator['liquid'] {
  return (left, right) => {
    const made = `${left} | ${filter}: ${right}`;
    return `{{ ${made} }}, or {% assign it = ${made} %} before a condition`;
  };
}

function firstValueIn(text: string): string {
  try {
    return new Tokenizer(text).readValue()?.getText() ?? '…';
  } catch (error) {
    if (LiquidError.is(error)) return '…';
    throw error;
  }
}
