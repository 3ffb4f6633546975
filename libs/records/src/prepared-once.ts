/** Does the work at the first call, and again where it failed: the store may have been unavailable. Calls at the same time share it. */
export function preparedOnce(work: () => Promise<void>): () => Promise<void> {
  let prepared: Promise<void> | null = null;
  return async () => {
    const preparing = (prepared ??= work());
    try {
      await preparing;
    } catch (error) {
      if (prepared === preparing) prepared = null;
      throw error;
    }
  };
}
