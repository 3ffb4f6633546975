/** Hands portions to a consumer, one at a time: the producer waits until a portion is used up. */
export class Handoff<T> {
  private offer: { readonly portion: T; readonly used: PromiseWithResolvers<undefined> } | null = null;
  private news = Promise.withResolvers<undefined>();
  private outcome: { readonly error: Error | null } | null = null;

  /** Resolves when the portion was used up, or when the consumer wants no more. */
  async give(portion: T): Promise<void> {
    if (this.outcome) return;
    const used = Promise.withResolvers<undefined>();
    this.offer = { portion, used };
    this.news.resolve(undefined);
    await used.promise;
  }

  /** No more portions follow, or none is expected. With an error: the consumer gets it. The first end counts. */
  end(error: Error | null = null): void {
    this.outcome ??= { error };
    this.offer?.used.resolve(undefined);
    this.news.resolve(undefined);
  }

  async *taken(): AsyncGenerator<T> {
    for (;;) {
      await this.news.promise;
      this.news = Promise.withResolvers<undefined>();
      if (this.outcome) {
        if (this.outcome.error !== null) throw this.outcome.error;
        return;
      }
      if (!this.offer) continue;
      yield this.offer.portion;
      const { used } = this.offer;
      this.offer = null;
      used.resolve(undefined);
    }
  }
}
