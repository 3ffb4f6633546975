/** Prints a value as one line of JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Prints a line for people. Where the result is JSON, it goes to the standard error. */
export type Say = (text: string) => void;

export function sayBeside(json: true | undefined): Say {
  const messages = messagesBeside(json);
  return (text) => void messages.write(`${text}\n`);
}

/** Where lines for people go: to the standard output, or to the standard error when the result is JSON. */
export function messagesBeside(json: true | undefined): NodeJS.WriteStream {
  return json === true ? process.stderr : process.stdout;
}
