import { ValidationError } from '@batchmill/contracts';

/** Flags that say what is to be done, and the verbs that do it here. */
const verbs: Readonly<Record<string, readonly string[]>> = {
  '--batch': ['run'],
  '--batch-status': ['batch', 'status'],
  '--batch-process': ['batch', 'process'],
  '--batch-list': ['batch', 'list'],
  '--batch-cancel': ['batch', 'cancel'],
  '--progress': ['progress'],
};

export interface AskedByVerbs {
  readonly args: readonly string[];
  /** True when a run was asked for and its pipeline was not said. */
  readonly lacksPipeline: boolean;
}

/** What is asked for by verbs as it is; what is asked for by flags alone (`--batch --limit 5`) as its verbs. */
export function verbsOfFlags(args: readonly string[]): AskedByVerbs {
  const words = args.flatMap(apart);
  const found = Object.keys(verbs).filter((flag) => words.includes(flag));
  if (found.length === 0 || args[0]?.startsWith('--') !== true) return { args, lacksPipeline: false };
  const flag = theOneOf(found);
  const rest = words.filter((word) => word !== flag && word !== (flag === '--batch' ? '--progress' : flag));
  if (flag !== '--batch') return { args: [...(verbs[flag] ?? []), ...rest], lacksPipeline: false };
  const at = rest.indexOf('--pipeline');
  const pipeline = at < 0 ? [] : rest.splice(at, 2).slice(1);
  return { args: ['run', ...pipeline, ...rest], lacksPipeline: pipeline.length === 0 };
}

/** A run shows its progress anyway. */
function theOneOf(found: readonly string[]): string {
  const [flag = '', ...others] = found.includes('--batch') ? found.filter((each) => each !== '--progress') : found;
  if (others.length === 0) return flag;
  throw new ValidationError('command.choice', `${flag} and ${others.join(', ')}: found together, wanted one of them`);
}

/** `--limit=5` as two words. */
function apart(word: string): string[] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}
