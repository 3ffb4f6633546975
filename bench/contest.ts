/** What both contenders are told, in the environment of their processes. */
export interface Contest {
  /** The folder of everything: the documents lie in its `state.db`. */
  readonly home: string;
  /** Of the provider, with its `/v1`. */
  readonly baseUrl: string;
  readonly batchSize: number;
}

/** What a contender says as its last line. */
export interface Told {
  readonly documents: number;
  readonly vectors: number;
  readonly peakBytes: number;
  readonly cpuMs: number;
  /** How long each stage was at work. In the pipeline they overlap. */
  readonly stagesMs: Readonly<Record<string, number>>;
}

export const contestEnv = {
  home: 'BATCHMILL_HOME',
  baseUrl: 'OPENAI_BASE_URL',
  batchSize: 'BATCH_SIZE',
} as const satisfies Record<keyof Contest, string>;

export function readContest(): Contest {
  return {
    home: given(contestEnv.home),
    baseUrl: given(contestEnv.baseUrl),
    batchSize: Number(given(contestEnv.batchSize)),
  };
}

/** The last thing that a contender does before it lets go of its files. */
export function tell(told: Pick<Told, 'documents' | 'vectors' | 'stagesMs'>): void {
  const { user, system } = process.cpuUsage();
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const line: Told = { ...told, peakBytes, cpuMs: (user + system) / 1000 };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is missing: the bench starts this, not a person`);
  return value;
}
