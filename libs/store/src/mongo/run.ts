import type { Doing } from './mongo-error.js';

/** Runs what the driver does for one collection; what it throws becomes the error that the port promises. */
export type Run = <R>(doing: Pick<Doing, 'what' | 'id'>, work: () => Promise<R>) => Promise<R>;
