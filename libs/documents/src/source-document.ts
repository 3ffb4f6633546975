/** One record of the user's collection, as it was read. */
export type SourceDocument = Readonly<Record<string, unknown>>;
