/** Notices that a consumer neither fetches nor beats any more, although the brokers answer others. */
export class Standstill {
  private looks = 0;

  constructor(private readonly patience: number) {}

  /** It fetched, or told the group that it lives. */
  sign(): void {
    this.looks = 0;
  }

  /** The brokers answered. True when that happened so often without a sign that the consumer will never go on. */
  look(): boolean {
    this.looks += 1;
    return this.looks >= this.patience;
  }
}
