import { LiquidError, Tokenizer } from 'liquidjs';

interface ForeignOperator {
  readonly pattern: RegExp;
  /** The same in Liquid, between these two values. */
  readonly liquid: (left: string, right: string) => string;
}

/** Operators of other languages that Liquid does not have. */
const operators: readonly ForeignOperator[] = [
  {
    pattern: /^not\s+in(?![\w-])/,
    liquid: (left, right) => `{% unless ${right} contains ${left} %}…{% endunless %}`,
  },
  { pattern: /^in(?![\w-])/, liquid: (left, right) => `{% if ${right} contains ${left} %}` },
  { pattern: /^(?:\?\?|\?:)/, liquid: (left, right) => `{{ ${left} | default: ${right} }}` },
  { pattern: /^\?/, liquid: () => '{% if … %}…{% else %}…{% endif %}' },
  { pattern: /^\+/, liquid: byFilter('plus') },
  { pattern: /^-/, liquid: byFilter('minus') },
  { pattern: /^\*/, liquid: byFilter('times') },
  { pattern: /^\//, liquid: byFilter('divided_by') },
  { pattern: /^%/, liquid: byFilter('modulo') },
  { pattern: /^~/, liquid: byFilter('append') },
  { pattern: /^&&/, liquid: (left, right) => `${left} and ${right}` },
  { pattern: /^\|\|/, liquid: (left, right) => `${left} or ${right}` },
  { pattern: /^(?:===?|=|is|eq)(?![\w-])/, liquid: (left, right) => `${left} == ${right}` },
];

/** When `rest`, the text after the value `left`, begins with a foreign operator: a message with what to write; else null. */
export function describeForeignOperator(left: string, rest: string): string | null {
  for (const { pattern, liquid } of operators) {
    const operator = pattern.exec(rest)?.[0];
    if (operator === undefined) continue;
    const right = firstValueIn(rest.slice(operator.length));
    return `Liquid has no operator ${JSON.stringify(operator)}; write ${liquid(left, right)}`;
  }
  return null;
}

function byFilter(filter: string): ForeignOperator['liquid'] {
  return (left, right) => {
    const expression = `${left} | ${filter}: ${right}`;
    return `{{ ${expression} }}, or {% assign result = ${expression} %} before a condition`;
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
