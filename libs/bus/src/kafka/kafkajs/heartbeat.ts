/** Sends heartbeats while a handler runs: the client sends them only between messages. */
export class Heartbeat {
  constructor(private readonly intervalMs: number) {}

  /** A failed heartbeat does not stop the work: the client sends another one later and acts on that answer. */
  async during<T>(work: Promise<T>, beat: () => Promise<void>): Promise<T> {
    const timer = setInterval(() => void beat().catch(() => undefined), this.intervalMs);
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }
}
