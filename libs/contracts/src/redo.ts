/** Which documents that have ended a run does again, besides those pending: those that failed, or all of them. */
export const redos = ['failed', 'all'] as const;
export type Redo = (typeof redos)[number];
