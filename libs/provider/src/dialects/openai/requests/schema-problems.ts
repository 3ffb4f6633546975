/** Takes the problems of a schema. `at` is the path to it. */
export interface SchemaProblems {
  add(at: string, found: string, expected: string): void;
  addValue(at: string, value: unknown, expected: string): void;
}
