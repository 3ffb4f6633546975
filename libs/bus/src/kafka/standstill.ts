/** Notices a consumer that neither fetches nor sends heartbeats, although the brokers answer others. */
export class Standstill {
  private silentChecks = 0;

  constructor(private readonly maxSilentChecks: number) {}

  /** Called when it fetched or sent a heartbeat. */
  sign(): void {
    this.silentChecks = 0;
  }

  /** Called when the brokers answered. True after so many calls without a sign of life that the consumer is dead. */
  check(): boolean {
    this.silentChecks += 1;
    return this.silentChecks >= this.maxSilentChecks;
  }
}
