/** MongoDB's query language, classic operators only. */
export type QueryFilter = Readonly<Record<string, unknown>>;
