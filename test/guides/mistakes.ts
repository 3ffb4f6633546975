/** A mistake that a new user may make in `recipes.pipeline.ts`, and the error message at the start. */
export interface Mistake {
  readonly description: string;
  readonly original: string;
  readonly mistaken: string;
  readonly message: string;
}

const file = 'pipelines/recipes/recipes.pipeline.ts';
const inferenceFunction = `${file}: inference.functions[0]`;
const prompt = "'You write shopping lists. Answer with one ingredient per line.'";

export const mistakes: readonly Mistake[] = [
  {
    description: 'another name than the folder has',
    original: "name: 'recipes'",
    mistaken: "name: 'recipe'",
    message: `${file}: name: found "recipe", expected its folder’s: "recipes"`,
  },
  {
    description: 'a key that is misspelt',
    original: 'fieldMap:',
    mistaken: 'fieldmap:',
    message: `${file}: source.fieldmap: found an unknown key, expected "fieldMap"?`,
  },
  {
    description: 'a value of the wrong type',
    original: "model: 'gpt-4o-mini'",
    mistaken: "model: 'gpt-4o-mini', maxTokens: '500'",
    message: `${inferenceFunction}.maxTokens: found "500", expected a whole number from 1 to 1000000`,
  },
  {
    description: 'a template that does not parse',
    original: '{{ dish_name }}',
    mistaken: '{{ dish_name }',
    message: `${inferenceFunction}.user: found a template that does not parse (line 1): expected "|" before filter (is a {{ not closed by }}?)`,
  },
  {
    description: 'a prompt file that is not there',
    original: `system: ${prompt}`,
    mistaken: "system: { batchmill: 'prompt', file: 'sytem.md' }",
    message: `${inferenceFunction}.system: found a file that cannot be read: "sytem.md"`,
  },
  {
    description: 'a response template without an operator',
    original: '$set: { shopping_list',
    mistaken: 'set: { shopping_list',
    message: `${inferenceFunction}.responseTemplate.set: found an unknown operator, expected "$set"?`,
  },
  {
    description: 'no default export',
    original: 'export default',
    mistaken: 'export const recipes =',
    message: `${file}: found no default export, expected export default definePipeline({…})`,
  },
  {
    description: 'TypeScript that does not parse',
    original: 'inference: {',
    mistaken: 'inference: [',
    message: `${file}: cannot be loaded (recipes.pipeline.ts:`,
  },
];
