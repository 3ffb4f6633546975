/** MongoDB's classic update operators by name: `{ $set: { path: value }, $push: { path: value } }`. */
export type UpdateOperators = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
