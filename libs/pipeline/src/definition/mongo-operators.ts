/** A filter in MongoDB's query language, with classic operators only. */
export type QueryFilter = Readonly<Record<string, unknown>>;

/** An update with MongoDB's classic operators: `{ $set: { path: value }, $push: { path: value } }`. */
export type UpdateOperators = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
