import { ValidationError, readTextFile, whyUnreadable } from '@batchmill/contracts';
import { chat, definePipeline, type Pipeline, type PipelineDefinition, type Pipelines } from '@batchmill/pipeline';
import { onlyPipeline, type Settings } from '@batchmill/service';
import { TemplateSyntaxError, compilePrompt, type PromptTemplate } from '@batchmill/templates';
import type { OnceFlags } from './once-flags.js';

/** The text that a template makes of a document, and the field under which it is stored with the document. */
export interface AskedText {
  readonly field: 'prompt' | 'system' | 'text';
  readonly template: PromptTemplate;
  /** The flag or the setting that gave the template, for messages. */
  readonly from: string;
}

/** What is asked of every document. */
export interface Asked {
  readonly kind: 'answer' | 'vector';
  readonly texts: readonly AskedText[];
  /** A pipeline that sends the stored texts. */
  readonly definition: PipelineDefinition;
  /** That pipeline as the only one. */
  readonly pipelines: Pipelines;
  readonly pipeline: Pipeline;
}

type AskedDefinition = Omit<Asked, 'pipeline' | 'pipelines'>;

/** The pipeline's name. */
export const onceName = 'once';
/** The collection of the documents. */
export const documentsCollection = 'documents';
export const vectorsCollection = 'vectors';

const source = {
  collection: documentsCollection,
  documentIdField: 'id',
  queryTemplate: { in_input: true, failure: { $exists: false } },
} as const;

const promptFlags = ['prompt', 'promptFile', 'system', 'schema', 'maxTokens', 'temperature'] as const;

/** Makes a pipeline of the flags. Throws a ValidationError that names the flag. */
export function askedBy(flags: OnceFlags, settings: Settings): Asked {
  const asked = flags.embed === undefined ? askedPrompt(flags, settings) : askedVector(flags, flags.embed);
  try {
    const pipelines = onlyPipeline(asked.definition, settings);
    return { ...asked, pipelines, pipeline: pipelines.get(onceName) };
  } catch (error) {
    if (error instanceof ValidationError)
      throw new ValidationError('once.bad-flag', inFlags(error.message), { cause: error });
    throw error;
  }
}

function askedPrompt(flags: OnceFlags, settings: Settings): AskedDefinition {
  if (flags.dimensions !== undefined) throw choice('found --dimensions without --embed, which makes vectors');
  const user = promptOf(flags);
  const system =
    flags.system !== undefined
      ? { from: '--system', text: flags.system }
      : { from: 'SYSTEM_PROMPT', text: settings.requests.systemPrompt };
  const texts: AskedText[] = [{ field: 'prompt', from: user.from, template: compiled(user.from, user.text) }];
  if (system.text !== null) {
    texts.push({ field: 'system', from: system.from, template: compiled(system.from, system.text) });
  }
  const definition = definePipeline({
    name: onceName,
    source,
    inference: {
      functions: [
        chat({
          name: 'answer',
          user: '{{ prompt }}',
          ...(system.text !== null && { system: '{{ system }}' }),
          ...(flags.model !== undefined && { model: flags.model }),
          ...(flags.maxTokens !== undefined && { maxTokens: flags.maxTokens }),
          ...(flags.temperature !== undefined && { temperature: flags.temperature }),
          ...(flags.schema !== undefined && { responseFormat: schemaIn(flags.schema) }),
          responseTemplate: { $set: { answer: '{{response_content}}', finish_reason: '{{finish_reason}}' } },
        }),
      ],
    },
  });
  return { kind: 'answer', texts, definition };
}

function askedVector(flags: OnceFlags, template: string): AskedDefinition {
  const [other] = promptFlags.filter((flag) => flags[flag] !== undefined);
  if (other !== undefined) throw choice(`found --embed and ${flagOf(other)}, expected vectors or answers: one of them`);
  const definition = definePipeline({
    name: onceName,
    source,
    embeddings: {
      text: 'text',
      vectors: { collection: vectorsCollection },
      ...(flags.model !== undefined && { model: flags.model }),
      ...(flags.dimensions !== undefined && { dimensions: flags.dimensions }),
    },
  });
  return {
    kind: 'vector',
    texts: [{ field: 'text', from: '--embed', template: compiled('--embed', template) }],
    definition,
  };
}

function promptOf({ prompt, promptFile }: OnceFlags): { readonly from: string; readonly text: string } {
  if (prompt !== undefined && promptFile !== undefined) {
    throw choice('found --prompt and --prompt-file, expected one of them');
  }
  if (prompt !== undefined) return { from: '--prompt', text: prompt };
  if (promptFile !== undefined) {
    // A prompt does not include the newline at the end of its file.
    return { from: promptFile, text: textIn('--prompt-file', promptFile).replace(/\r?\n$/, '') };
  }
  throw choice(
    "found no prompt, expected --prompt 'Summarise: {{ text }}', --prompt-file FILE or --embed '{{ text }}'",
  );
}

function schemaIn(file: string): Readonly<Record<string, unknown>> {
  const text = textIn('--schema', file);
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>; // checked with the pipeline
  } catch (cause) {
    throw new ValidationError('once.bad-flag', `--schema: found ${file}, which is not JSON; expected a JSON schema`, {
      cause,
    });
  }
}

function textIn(flag: string, file: string): string {
  try {
    return readTextFile(file);
  } catch (cause) {
    const message = `${flag}: found ${file}, which cannot be read (${whyUnreadable(cause)}); expected a text file`;
    throw new ValidationError('command.no-file', message, { cause });
  }
}

function compiled(from: string, text: string): PromptTemplate {
  try {
    return compilePrompt(text, { nullIs: 'missing' });
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    const where = error.line === null || !text.includes('\n') ? from : `${from}, line ${error.line}`;
    const message = `${where}: found a template that does not parse: ${error.message}, expected a Liquid template`;
    throw new ValidationError('once.bad-flag', message, { cause: error });
  }
}

const flagsByKey: readonly (readonly [string, string])[] = [
  ['inference.functions[0].responseFormat', '--schema'],
  ['inference.functions[0].maxTokens', '--max-tokens'],
  ['inference.functions[0].temperature', '--temperature'],
  ['inference.functions[0].model', '--model'],
  ['embeddings.dimensions', '--dimensions'],
  ['embeddings.model', '--model'],
];

/** Why a run was rejected, for somebody who wrote flags and no pipeline. */
export function reasonInFlags(reason: string): string {
  return reason.replace(/; correct it in once, or in .*$/, '; name another one with --model');
}

/** The problems of the pipeline, with the flags in place of its keys. */
function inFlags(message: string): string {
  return flagsByKey.reduce((text, [key, flag]) => text.replaceAll(`${onceName}: ${key}`, flag), message);
}

function choice(message: string): ValidationError {
  return new ValidationError('command.choice', message);
}

function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
