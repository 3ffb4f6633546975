/** A B C A B C …: what else the machine does meanwhile meets all of them. */
export async function inTurns<T>(
  contenders: Readonly<Record<string, () => Promise<T>>>,
  rounds: number,
): Promise<Map<string, T[]>> {
  const measured = new Map<string, T[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measure] of Object.entries(contenders)) {
      if (process.stderr.isTTY) process.stderr.write(`round ${round + 1} of ${rounds}: ${name} …\n`);
      measured.get(name)?.push(await measure());
    }
  }
  return measured;
}

/** The median of the ratios to the base, and the ratio of each round as text. */
export function timesOf<T>(
  measured: readonly T[],
  base: readonly T[],
  ratio: (one: T, base: T) => number,
): { readonly times: number; readonly each: string } {
  const ratios = measured.flatMap((one, round) => (base[round] === undefined ? [] : [ratio(one, base[round])]));
  return { times: median(ratios), each: ratios.map((each) => each.toFixed(2)).join(', ') };
}

export function median(all: readonly number[]): number {
  return all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? NaN;
}
