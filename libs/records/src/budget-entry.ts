export interface BudgetEntry {
  readonly runId: string;
  readonly batchId: string;
  readonly attempt: number;
  readonly tokens: number;
}

export interface Waiting extends BudgetEntry {
  readonly since: Date;
  readonly askedAt: Date;
}
