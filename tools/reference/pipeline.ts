import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const folder = join(import.meta.dirname, '../../libs/pipeline/src/definition');

interface Section {
  readonly title: string;
  readonly file: string;
  /** Their members are listed in one table, in this order. */
  readonly interfaces: readonly string[];
}

const sections: readonly Section[] = [
  { title: 'A pipeline', file: 'pipeline-definition.ts', interfaces: ['PipelineDefinition'] },
  { title: 'parameters', file: 'parameter-definitions.ts', interfaces: ['ParameterOptions'] },
  {
    title: 'Types of parameters; a list of each is string[], number[], integer[], boolean[], date[]',
    file: 'parameter-definitions.ts',
    interfaces: ['ParameterScalars'],
  },
  { title: 'source', file: 'pipeline-definition.ts', interfaces: ['SourceDefinition'] },
  { title: 'embeddings', file: 'pipeline-definition.ts', interfaces: ['EmbeddingsDefinition', 'EndpointDefinition'] },
  { title: 'inference', file: 'pipeline-definition.ts', interfaces: ['InferenceDefinition', 'EndpointDefinition'] },
  { title: 'vectors', file: 'pipeline-definition.ts', interfaces: ['VectorsDefinition'] },
  { title: 'vectors.fields.<name>', file: 'row-field-definition.ts', interfaces: ['RowFieldOptions'] },
  { title: 'status', file: 'pipeline-definition.ts', interfaces: ['StatusDefinition'] },
  {
    title: 'functions: chat({…}), responses({…})',
    file: 'prompt-function-definition.ts',
    interfaces: ['PromptFunctionOptions'],
  },
  { title: 'batch', file: 'pipeline-definition.ts', interfaces: ['BatchDefinition'] },
  { title: 'schedule', file: 'pipeline-definition.ts', interfaces: ['ScheduleDefinition'] },
  { title: 'Variables of an update template', file: 'template-functions.ts', interfaces: ['ClaimVariables'] },
  { title: 'Variables of a response template', file: 'template-functions.ts', interfaces: ['AnswerVariables'] },
];

/** Every key of a pipeline's definition, from its types and their comments. */
export function pipelinePage(): string {
  const lines = [
    '# Pipeline definitions',
    '',
    'Printed from the types by `npm run docs`. A definition is checked when it is loaded. All mistakes are reported at',
    'once, each with its file, its key, the found and the expected value.',
  ];
  for (const { title, file, interfaces } of sections) {
    lines.push('', `## ${title}`, '', '| key | type | meaning |', '|---|---|---|');
    for (const name of interfaces) lines.push(...rowsOf(file, name));
  }
  return `${lines.join('\n')}\n`;
}

function rowsOf(file: string, name: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found = source.statements.filter(ts.isInterfaceDeclaration).find((one) => one.name.text === name);
  if (found === undefined) throw new Error(`${file} has no interface ${name}: see tools/reference/pipeline.ts.`);
  return found.members.flatMap((member) => {
    if (!ts.isPropertySignature(member) || member.type === undefined) return [];
    const key = `\`${member.name.getText()}\`${member.questionToken === undefined ? '' : ', optional'}`;
    return [`| ${key} | \`${cell(member.type.getText())}\` | ${cell(meaningOf(member))} |`];
  });
}

function meaningOf(member: ts.PropertySignature): string {
  return ts
    .getJSDocCommentsAndTags(member)
    .map((one) => ts.getTextOfJSDocComment(one.comment) ?? '')
    .join(' ');
}

function cell(text: string): string {
  return text
    .replaceAll(/\/\*\*.*?\*\//gs, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', String.raw`\|`)
    .trim();
}
