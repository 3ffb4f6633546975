import type { EventClass } from '@batchmill/contracts';
import { getMetadataStorage } from 'class-validator';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface EventField {
  readonly name: string;
  readonly type: string;
  readonly rules: string;
  /** The comment on the field in its class; empty without one. */
  readonly means: string;
}

/** The fields of an event in the order of its class, inherited ones first. Types and comments are from the source, rules from the decorators. */
export function eventFields(event: EventClass): EventField[] {
  const rules = rulesOf(event);
  return membersOf(event.name)
    .filter(isField)
    .map((member) => {
      const name = member.name.getText();
      const { words, values } = rules.get(name) ?? { words: [], values: null };
      const type = values ?? member.type?.getText() ?? '';
      const isOptional = member.questionToken !== undefined;
      return {
        name,
        type: `\`${type.replaceAll('|', '\\|')}\``,
        rules: [...words, ...(isOptional ? ['may be missing'] : [])].join(', '),
        means: ts
          .getJSDocCommentsAndTags(member)
          .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
          .join(' '),
      };
    });
}

const folder = join(import.meta.dirname, '../../libs/contracts/src/events');

/** Every class of the folder by name. */
const classes: ReadonlyMap<string, ts.ClassDeclaration> = new Map(
  globSync('*.ts', { cwd: folder })
    .flatMap((file) => [...sourceOf(join(folder, file)).statements])
    .filter(ts.isClassDeclaration)
    .map((each) => [each.name?.text ?? '', each]),
);

function membersOf(className: string): ts.ClassElement[] {
  const declared = classes.get(className);
  if (declared === undefined) return [];
  const bases =
    declared.heritageClauses?.flatMap(({ types }) => types.map(({ expression }) => expression.getText())) ?? [];
  return [...bases.flatMap(membersOf), ...declared.members];
}

function sourceOf(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}

function isField(member: ts.ClassElement): member is ts.PropertyDeclaration {
  return (
    ts.isPropertyDeclaration(member) &&
    !(ts.getModifiers(member) ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)
  );
}

interface Rules {
  readonly words: string[];
  /** The values of an enumeration, written as a type. */
  values: string | null;
}

function rulesOf(event: EventClass): ReadonlyMap<string, Rules> {
  const fields = new Map<string, Rules>();
  const found = getMetadataStorage().getTargetValidationMetadatas(event, '', false, false);
  for (const { propertyName, name, type, constraints } of found) {
    const rules = fields.get(propertyName) ?? { words: [], values: null };
    fields.set(propertyName, rules);
    const [first] = [constraints].flat() as unknown[]; // class-validator types its constraints as any
    if (name === 'isIn') rules.values = (constraints[0] as string[]).map((value) => `'${value}'`).join(' | ');
    else rules.words.push(...inWords(name ?? type, first));
  }
  for (const { words } of fields.values()) words.sort();
  return fields;
}

/** A rule in words; none when the type states it already. */
function inWords(rule: string, argument: unknown): string[] {
  switch (rule) {
    case 'isString':
    case 'isNumber':
    case 'isArray':
    case 'isObject':
    case 'areDocumentIds':
    case 'conditionalValidation':
    case 'isOptional':
      return [];
    case 'isInt':
      return ['a whole number'];
    case 'areLabels':
      return [`at most ${String((argument as number[])[0])} texts by their names`];
    case 'isNotEmpty':
    case 'arrayNotEmpty':
      return ['not empty'];
    case 'isIso8601':
      return ['a time in ISO 8601'];
    case 'min':
      return [`at least ${String(argument)}`];
    case 'matches':
      return [`like \`${String(argument)}\``];
    default:
      return [rule];
  }
}
