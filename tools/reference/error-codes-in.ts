import ts from 'typescript';

/** Two lower-case words, which may have dashes, with a dot between them. */
const codeShape = /^[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*$/;

/**
 * The error codes in a source file: the first argument of a new error, the value of a `code` property, and every other
 * string in the form of a code whose first word is one of `families` (the argument of a function that makes the error).
 */
export function errorCodesIn(source: string, families: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      const isOfFamily = codeShape.test(node.text) && families.has(node.text.split('.')[0] ?? '');
      if (isOfFamily ? !isOtherText(node) : isCodePosition(node)) found.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
  return [...found];
}

function isCodePosition(node: ts.StringLiteralLike): boolean {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent))
    return parent.initializer === node && nameOf(parent.name) === 'code' && codeShape.test(node.text);
  return ts.isNewExpression(parent) && parent.arguments?.[0] === node && ourErrors.has(parent.expression.getText());
}

const ourErrors: ReadonlySet<string> = new Set([
  'ConnectionError',
  'TimeoutError',
  'ValidationError',
  'ProcessingError',
  'TemplateError',
  'SimulatorError',
]);

/** Names of events, files and fields have the same form. */
function isOtherText(node: ts.StringLiteralLike): boolean {
  const { parent } = node;
  if (ts.isPropertyDeclaration(parent)) return nameOf(parent.name) === 'event';
  return ts.isCallExpression(parent) && ['join', 'readPath'].includes(parent.expression.getText());
}

function nameOf(name: ts.PropertyName): string {
  return name.getText();
}
