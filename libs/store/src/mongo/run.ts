import type { Doing } from './mongo-error.js';

/** Runs a driver operation on one collection and translates its errors into the port's errors. */
export type Run = <R>(doing: Pick<Doing, 'what' | 'id'>, work: () => Promise<R>) => Promise<R>;
