/** The part of Dockerfile's syntax that `deploy/Dockerfile` uses: no build arguments, no variables outside RUN, one ENV form. */
export interface Instruction {
  /** In upper case, such as RUN. */
  readonly keyword: string;
  /** `--from=build` is from → build. */
  readonly flags: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  /** An image, or the name of a previous stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export function stagesOf(dockerfile: string): Stage[] {
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(dockerfile)) {
    if (instruction.keyword === 'FROM') {
      const [, from = '', name = `${stages.length}`] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.text) ?? [];
      stages.push({ name, from, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`Dockerfile: found ${instruction.keyword} before FROM`);
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

/** The words of the exec form, a JSON array; null for the shell form. */
export function wordsOf(text: string): string[] | null {
  return text.startsWith('[') ? (JSON.parse(text) as string[]) : null;
}

function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n/g, ' ');
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [keyword = '', ...words] = line.split(/\s+/);
      const flags = words.slice(
        0,
        words.findIndex((word) => !word.startsWith('--')),
      );
      const text = flags.reduce(
        (rest, flag) => rest.slice(rest.indexOf(flag) + flag.length).trim(),
        line.slice(keyword.length).trim(),
      );
      return { keyword: keyword.toUpperCase(), flags: new Map(flags.map(nameAndValue)), text };
    });
}

function nameAndValue(flag: string): [string, string] {
  const [, name = '', value = ''] = /^--([\w-]+)(?:=(.*))?$/.exec(flag) ?? [];
  return [name, value];
}
