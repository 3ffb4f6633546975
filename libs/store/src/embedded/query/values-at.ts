import { isDocument } from '../values/bracket.js';

const index = /^(?:0|[1-9]\d*)$/;

type Test = (value: unknown) => boolean;
type Document = Readonly<Record<string, unknown>>;

/**
 * True if one of the values at a dotted path passes the test. A path leads through arrays as in MongoDB: into every
 * element that is an object, and into the element with that index. A missing field has the value `undefined`. An array
 * without objects on the path has no value.
 */
export function someValueAt(document: Document, parts: readonly string[], test: Test): boolean {
  return new Walk(parts, test, test).someFrom(document, 0);
}

/** Like `someValueAt`, but an array at the end of the path counts as each of its elements and as itself. */
export function someLeafAt(document: Document, parts: readonly string[], test: Test): boolean {
  const ofField: Test = (value) => (Array.isArray(value) ? value.some(test) || test(value) : test(value));
  return new Walk(parts, ofField, test).someFrom(document, 0);
}

class Walk {
  constructor(
    private readonly parts: readonly string[],
    /** For the field at the end of the path. */
    private readonly ofField: Test,
    /** For the element whose index is at the end of the path. */
    private readonly ofElement: Test,
  ) {}

  someFrom(document: Document, from: number): boolean {
    const name = this.parts[from] ?? '';
    const value = Object.hasOwn(document, name) ? document[name] : undefined;
    return from === this.parts.length - 1 ? this.ofField(value) : this.someBelow(value, from + 1);
  }

  private someBelow(value: unknown, from: number): boolean {
    if (Array.isArray(value)) {
      return (
        value.some((element) => isDocument(element) && this.someFrom(element, from)) || this.someElement(value, from)
      );
    }
    return isDocument(value) ? this.someFrom(value, from) : this.ofField(undefined);
  }

  private someElement(array: readonly unknown[], from: number): boolean {
    const name = this.parts[from] ?? '';
    if (!index.test(name) || Number(name) >= array.length) {
      return false;
    }
    const element = array[Number(name)];
    return from === this.parts.length - 1 ? this.ofElement(element) : this.someBelow(element, from + 1);
  }
}
