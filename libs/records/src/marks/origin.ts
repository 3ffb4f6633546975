/** Of what a document's vector was made. */
export interface EmbeddedMark {
  /** SHA-256 of the text that was sent, as base64url. */
  readonly textHash: string;
  readonly model: string;
  readonly dimensions: number;
  readonly at: Date;
}

/** What is compared with a document: of what a vector was made, without the time. */
export type Origin = Pick<EmbeddedMark, 'textHash' | 'model' | 'dimensions'>;

/** True for a vector that was made of that text by that model. */
export function isSameOrigin(one: Origin, other: Origin): boolean {
  return one.textHash === other.textHash && one.model === other.model && one.dimensions === other.dimensions;
}
