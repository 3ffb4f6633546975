/** Fresh random names. Injected, so that tests decide them. */
export abstract class Ids {
  /** A UUID, lower case. */
  abstract next(): string;
}
