/** What the demo looks for, and where the best answer is known to stand. */
export const searches: readonly { readonly query: string; readonly best: string }[] = [
  { query: 'check that a class property is an email address with a decorator', best: 'class-validator' },
  { query: 'compile a JSON schema and validate data against it', best: 'ajv' },
  { query: 'show a progress bar in the terminal', best: 'cli-progress' },
];
