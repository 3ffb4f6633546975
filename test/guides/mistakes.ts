/** What a new user may write instead of a line of `recipes.pipeline.ts`, and what the start says to it. */
export interface Mistake {
  readonly made: string;
  readonly instead: string;
  readonly written: string;
  readonly said: string;
}

const file = 'pipelines/recipes/recipes.pipeline.ts';
const asked = `${file}: inference.functions[0]`;
const prompt = "'You write shopping lists. Answer with one ingredient per line.'";

export const mistakes: readonly Mistake[] = [
  {
    made: 'another name than the folder has',
    instead: "name: 'recipes'",
    written: "name: 'recipe'",
    said: `${file}: name: found "recipe", expected its folder’s: "recipes"`,
  },
  {
    made: 'a key that is misspelt',
    instead: 'fieldMap:',
    written: 'fieldmap:',
    said: `${file}: source.fieldmap: found an unknown key, expected "fieldMap"?`,
  },
  {
    made: 'a value of the wrong type',
    instead: "model: 'gpt-4o-mini'",
    written: "model: 'gpt-4o-mini', maxTokens: '500'",
    said: `${asked}.maxTokens: found "500", expected a whole number from 1 to 1000000`,
  },
  {
    made: 'a template that does not parse',
    instead: '{{ dish_name }}',
    written: '{{ dish_name }',
    said: `${asked}.user: found a template that does not parse (line 1): expected "|" before filter (is a {{ not closed by }}?)`,
  },
  {
    made: 'a prompt file that is not there',
    instead: `system: ${prompt}`,
    written: "system: { batchmill: 'prompt', file: 'sytem.md' }",
    said: `${asked}.system: found a file that cannot be read: "sytem.md"`,
  },
  {
    made: 'a response template without an operator',
    instead: '$set: { shopping_list',
    written: 'set: { shopping_list',
    said: `${asked}.responseTemplate.set: found an unknown operator, expected "$set"?`,
  },
  {
    made: 'no default export',
    instead: 'export default',
    written: 'export const recipes =',
    said: `${file}: found no default export, expected export default definePipeline({…})`,
  },
  {
    made: 'TypeScript that does not parse',
    instead: 'inference: {',
    written: 'inference: [',
    said: `${file}: cannot be loaded (recipes.pipeline.ts:`,
  },
];
