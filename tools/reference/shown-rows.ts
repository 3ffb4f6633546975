import { format } from 'node:util';
import ts from 'typescript';

/** What a test shows, from its title. */
export interface Shown {
  /** The rows of the requirements: `R7`. */
  readonly rows: readonly string[];
  readonly sentence: string;
}

/** A table with at most so many cases is printed in full. Of a longer one, the first case is printed and the others are counted. */
const fewCases = 3;
const placeholder = /%[a-z]|\$[a-z]/;
const plainValues: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
]);

/**
 * The tests of a source file whose titles name rows of the requirements. The titles of `it.each` are filled in from the
 * table, as Jest does. Placeholders at the end of a title, after a colon, are left out.
 *
 * @throws when placeholders are elsewhere and their values are not literals of the same file.
 */
export function shownRowsIn(source: string): Shown[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const found: Shown[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) found.push(...shownBy(node, file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Of a call `it(title, …)` or `it.each(table)(title, …)`, whatever the name of `it`. Empty for any other call. */
function shownBy({ expression, arguments: [first] }: ts.CallExpression, file: ts.SourceFile): Shown[] {
  if (first === undefined || !ts.isStringLiteralLike(first)) return [];
  const [, names = '', title = ''] = /^((?:[A-Z]\d+,? ?)+)(?:interleaving \d+)?: (.+)$/.exec(first.text) ?? [];
  if (names === '') return [];
  const table = tableOf(expression);
  const sentences = table === null ? [title] : filledIn(title, table, file);
  return sentences.map((sentence) => ({ rows: names.trim().split(/,? /), sentence }));
}

function tableOf(expression: ts.Expression): ts.Expression | null {
  const isTable = ts.isCallExpression(expression) && expression.expression.getText().endsWith('.each');
  return isTable ? (expression.arguments[0] ?? null) : null;
}

function filledIn(title: string, table: ts.Expression, file: ts.SourceFile): string[] {
  const cases = casesOf(table, file);
  const short = title.replace(/: [^:]*(?:%[a-z]|\$[a-z])[^:]*$/, '');
  if (short !== title && !placeholder.test(short)) {
    return [cases === null ? short : `${short} (${cases.length} cases)`];
  }
  if (!placeholder.test(title)) return [title];
  if (cases === null) throw new Error(`"${title}": found a table that is no literal of the file, ${expected}`);
  if (cases.length <= fewCases || title === '%s') return cases.map((one) => fillIn(title, one, file));
  return cases.slice(0, 1).map((one) => `${fillIn(title, one, file)} (and ${cases.length - 1} more)`);
}

const expected = 'expected the placeholder at the end, after a colon';

/** Null when the table is computed. */
function casesOf(table: ts.Expression, file: ts.SourceFile): readonly ts.Expression[] | null {
  const literal = literalOf(table, file);
  if (ts.isArrayLiteralExpression(literal)) return literal.elements.some(ts.isSpreadElement) ? null : literal.elements;
  if (!ts.isCallExpression(literal) || literal.expression.getText() !== 'Object.entries') return null;
  const record = literal.arguments[0] === undefined ? null : literalOf(literal.arguments[0], file);
  if (record === null || !ts.isObjectLiteralExpression(record)) return null;
  const names = record.properties.map(({ name }) => name).filter((name) => name !== undefined);
  return names.map((name) => ts.factory.createStringLiteral(nameOf(name)));
}

function fillIn(title: string, one: ts.Expression, file: ts.SourceFile): string {
  const values = ts.isArrayLiteralExpression(one) ? [...one.elements] : [one];
  return title
    .replaceAll(/\$([a-z]\w*)/g, (_, name: string) => String(valueOf(propertyOf(one, name), file)))
    .replaceAll(/%([a-z%])/g, (_, how: string) => {
      if (how === '%') return '%';
      const value = valueOf(values.shift(), file);
      if (how === 'p') return typeof value === 'string' ? JSON.stringify(value) : String(value);
      return format(`%${how}`, value);
    });
}

function propertyOf(one: ts.Expression, name: string): ts.Expression | undefined {
  if (!ts.isObjectLiteralExpression(one)) return undefined;
  return one.properties.filter(ts.isPropertyAssignment).find((each) => nameOf(each.name) === name)?.initializer;
}

function valueOf(expression: ts.Expression | undefined, file: ts.SourceFile): unknown {
  if (expression === undefined) throw new Error(`found a placeholder without a value, ${expected}`);
  const literal = literalOf(expression, file);
  if (ts.isStringLiteralLike(literal)) return literal.text;
  if (ts.isNumericLiteral(literal)) return Number(literal.text);
  if (ts.isArrayLiteralExpression(literal)) return literal.elements.map((element) => valueOf(element, file));
  if (ts.isPrefixUnaryExpression(literal) && literal.operator === ts.SyntaxKind.MinusToken) {
    return -Number(valueOf(literal.operand, file));
  }
  if (ts.isObjectLiteralExpression(literal)) {
    const properties = literal.properties.filter(ts.isPropertyAssignment);
    return Object.fromEntries(properties.map((each) => [nameOf(each.name), valueOf(each.initializer, file)]));
  }
  const text = literal.getText();
  if (!plainValues.has(text)) throw new Error(`found ${text} in the place of a placeholder, ${expected}`);
  return plainValues.get(text);
}

/** The value of a constant of the same file. Any other expression is returned as it is. */
function literalOf(expression: ts.Expression, file: ts.SourceFile): ts.Expression {
  if (ts.isAsExpression(expression)) return literalOf(expression.expression, file);
  if (!ts.isIdentifier(expression)) return expression;
  const constants = file.statements
    .filter(ts.isVariableStatement)
    .flatMap((each) => [...each.declarationList.declarations]);
  const constant = constants.find(({ name }) => name.getText() === expression.text)?.initializer;
  return constant === undefined ? expression : literalOf(constant, file);
}

function nameOf(name: ts.PropertyName): string {
  return ts.isStringLiteralLike(name) ? name.text : name.getText();
}
