/** Notices a consumer that neither fetches nor sends heartbeats, although the brokers answer others. */
export class Standstill {
  private looks = 0;

  constructor(private readonly patience: number) {}

  /** Called when it fetched or sent a heartbeat. */
  sign(): void {
    this.looks = 0;
  }

  /** Called when the brokers answered. True after so many calls without a sign of life that the consumer is dead. */
  look(): boolean {
    this.looks += 1;
    return this.looks >= this.patience;
  }
}
