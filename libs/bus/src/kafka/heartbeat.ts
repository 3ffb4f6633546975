/** Tells the group that a member is alive while it works on something long: the client does so between messages only. */
export class Heartbeat {
  constructor(private readonly intervalMs: number) {}

  /** A beat that fails is no reason to give up the work: the client beats again after it, and then acts on the answer. */
  async during<T>(work: Promise<T>, beat: () => Promise<void>): Promise<T> {
    const timer = setInterval(() => void beat().catch(() => undefined), this.intervalMs);
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }
}
