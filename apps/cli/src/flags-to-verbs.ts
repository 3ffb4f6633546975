import { ValidationError } from '@batchmill/contracts';

/** The flags that stand for a command, and the verbs of that command. */
const verbsByFlag: Readonly<Record<string, readonly string[]>> = {
  '--batch': ['run'],
  '--batch-status': ['batch', 'status'],
  '--batch-process': ['batch', 'process'],
  '--batch-list': ['batch', 'list'],
  '--batch-cancel': ['batch', 'cancel'],
  '--progress': ['progress'],
};

export interface TranslatedArguments {
  readonly args: readonly string[];
  /** True for `--batch` without `--pipeline`. */
  readonly lacksPipeline: boolean;
}

/** Translates a command given by flags (`--batch --limit 5`) into verbs. Arguments that begin with a verb are kept. */
export function translateFlags(args: readonly string[]): TranslatedArguments {
  const words = args.flatMap(splitAtEquals);
  const flags = Object.keys(verbsByFlag).filter((flag) => words.includes(flag));
  if (flags.length === 0 || args[0]?.startsWith('--') !== true) return { args, lacksPipeline: false };
  const flag = onlyOneOf(flags);
  const rest = words.filter((word) => word !== flag && word !== (flag === '--batch' ? '--progress' : flag));
  if (flag !== '--batch') return { args: [...(verbsByFlag[flag] ?? []), ...rest], lacksPipeline: false };
  const at = rest.indexOf('--pipeline');
  const pipeline = at < 0 ? [] : rest.splice(at, 2).slice(1);
  return { args: ['run', ...pipeline, ...rest], lacksPipeline: pipeline.length === 0 };
}

/** `--progress` is allowed beside `--batch`, because a run shows its progress anyway. */
function onlyOneOf(flags: readonly string[]): string {
  const [flag = '', ...others] = flags.includes('--batch') ? flags.filter((each) => each !== '--progress') : flags;
  if (others.length === 0) return flag;
  throw new ValidationError('command.choice', `found ${flag} and ${others.join(', ')} together, expected one of them`);
}

/** `--limit=5` as two words. */
function splitAtEquals(word: string): string[] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}
