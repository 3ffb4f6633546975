import { isPlainObject } from '@batchmill/documents';
import { isOpenAiModel, modelLimitsOf } from '@batchmill/models';
import { checkStrictSchema } from '@batchmill/provider';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../definition/prompt-function-definition.js';
import type { CheckContext } from './check-context.js';
import type { Section } from './section.js';

export interface ResponseSchema {
  /** The name that the provider gets with the schema: the function's. */
  readonly name: string;
  readonly schema: JsonSchema;
  readonly validate: ValidateFunction;
}

/** Checks a schema, which is sent with `strict: true`, by the rules that the provider has for the model. */
export function checkResponseSchema(
  { problems }: CheckContext,
  section: Section,
  { name, model, baseModel }: Readonly<Record<'name' | 'model' | 'baseModel', string>>,
): ResponseSchema | null {
  const schema = section.get('responseFormat');
  const key = section.at('responseFormat');
  if (schema === undefined) return null;
  if (!isPlainObject(schema)) {
    problems.addValue(key, schema, 'a JSON schema');
    return null;
  }
  if (modelLimitsOf(baseModel)?.takesSchemas === false)
    problems.add(key, `a schema for ${baseModel}, which takes none`, 'a newer model, or no schema');
  const isFineTuned = [model, baseModel].some((each) => /(?:^|\/)ft:/i.test(each));
  checkStrictSchema(schema, key, { isOpenAi: isOpenAiModel(baseModel), isFineTuned }, problems);
  try {
    return { name, schema, validate: compile(schema) };
  } catch (error) {
    problems.add(
      key,
      `a schema that cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      'a JSON schema',
    );
    return null;
  }
}

const settings = { strict: false, validateFormats: false } as const;
// One for all schemas, because it compiles the schema of schemas, which takes longer than the others.
const ofSchemas = new Ajv2020(settings);

function compile(schema: JsonSchema): ValidateFunction {
  // Tools write keywords that say nothing of the answer, such as $schema: the provider has its own rules, checked above.
  const rules = Object.fromEntries(Object.entries(schema).filter(([keyword]) => keyword !== '$schema'));
  void ofSchemas.validateSchema(rules, true);
  // Its own one, because two schemas may have the same $id.
  return new Ajv2020({ ...settings, validateSchema: false, meta: false }).compile(rules);
}
