import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A loaded machine may take a hundred times as long as a free one. */
const leastMs = 120_000;
const root = join(import.meta.dirname, '..');

/** Which argument of a call says how long is waited at most. */
const waits: Readonly<Record<string, number>> = {
  eventually: 2,
  endOf: 1,
  runToTheEnd: 2,
  'AbortSignal.timeout': 0,
  'jest.setTimeout': 0,
  it: 2,
  test: 2,
  beforeAll: 1,
  beforeEach: 1,
  afterAll: 1,
  afterEach: 1,
};

const comparisons = ['toBeLessThan', 'toBeLessThanOrEqual'];
const realTime = /performance\.now\(\)|Date\.now\(\)|\b(?:took|elapsed)(?:Ms)?\b/;

describe('waiting in tests', () => {
  const files = globSync(['{apps,libs}/*/src/**/*.{spec,contract}.ts', 'test/**/*.ts', 'libs/testing/src/**/*.ts'], {
    cwd: root,
    exclude: (path) => /node_modules|dist|^test\/(?:compose|servers)\b/.test(path),
  });

  it('looks at every test', () => {
    expect(files.length).toBeGreaterThan(200);
  });

  it('nothing waits for less than minutes, and no time that passed is asserted: the bench measures', () => {
    expect(files.flatMap((file) => impatienceIn(file, readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  it.each([
    ["await eventually('x', () => true, 30_000);", 'eventually'],
    ["const short = 5_000;\nawait eventually('x', () => true, short);", 'eventually'],
    ['fetch(url, { signal: AbortSignal.timeout(1_000) });', 'AbortSignal.timeout'],
    ["it('x', async () => undefined, 60_000);", 'it'],
    ["it.each([1])('x', async () => undefined, 60_000);", 'it'],
    ['expect(performance.now() - began).toBeLessThan(60_000);', 'toBeLessThan'],
    ['expect(tookMs).toBeLessThan(bound);', 'toBeLessThan'],
  ])('finds %j', (source, call) => {
    expect(impatienceIn('a.spec.ts', source)).toEqual([expect.stringContaining(call)]);
  });
});

function impatienceIn(file: string, source: string): string[] {
  const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, number>();
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) {
      const value = valueOf(node.initializer, constants);
      if (value !== null) constants.set(node.name.text, value);
    }
    if (ts.isCallExpression(node)) {
      const name = nameOf(node.expression);
      const ms = valueOf(node.arguments[waits[name] ?? -1], constants);
      const isShort = ms !== null && ms < leastMs;
      if (isShort || assertsTime(node)) {
        const { line } = parsed.getLineAndCharacterOfPosition(node.getStart());
        found.push(`${file}:${line + 1}: ${isShort ? `${name} waits ${ms} ms` : node.getText()}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found;
}

/** `it` for `it.each(…)` and `it.skip` too. */
function nameOf(called: ts.Node): string {
  if (ts.isCallExpression(called)) return nameOf(called.expression).replace(/\.each$/, '');
  return called.getText().replace(/^(it|test)\.(?:only|skip|each)$/, '$1');
}

/** A number, a constant of the file, or a product of such. Null for anything else. */
function valueOf(node: ts.Node | undefined, constants: ReadonlyMap<string, number>): number | null {
  if (node === undefined) return null;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isIdentifier(node)) return constants.get(node.text) ?? null;
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.AsteriskToken) return null;
  const [left, right] = [valueOf(node.left, constants), valueOf(node.right, constants)];
  return left === null || right === null ? null : left * right;
}

/** `expect(time that passed).toBeLessThan(…)`. Time of a clock of the test's own may be asserted. */
function assertsTime({ expression }: ts.CallExpression): boolean {
  if (!ts.isPropertyAccessExpression(expression) || !comparisons.includes(expression.name.text)) return false;
  const text = expression.expression.getText();
  return realTime.test(text) && !text.includes('fixture()');
}
