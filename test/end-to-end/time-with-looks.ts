import { eventually, type TestEngine } from '@batchmill/testing';

/**
 * Lets time pass in steps, and waits for a look at the batch after each: of the time between two looks, a sixth of the limit counts.
 * Ends early once the batch goes on.
 */
export async function passWithLooks(
  { engine, clock }: TestEngine,
  batchId: string,
  { ms, steps }: { ms: number; steps: number },
): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    const before = await engine.batches.get(batchId);
    clock.advance(ms / steps);
    const advancedAt = clock.now();
    // A look that was under way may have put the next one off by the new time.
    if (before !== null) await engine.batches.makeDue(before.runId, before.state);
    const isEnded = await eventually('another look at the batch', async () => {
      const found = await engine.batches.get(batchId);
      if (found?.state !== before?.state) return 'yes';
      const lookedAt = found?.stall?.observed?.lookedAt;
      return lookedAt !== undefined && lookedAt >= advancedAt && 'no';
    });
    if (isEnded === 'yes') return;
  }
}
