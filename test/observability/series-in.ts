/** A series that an expression of PromQL reads: its name, and the labels by which the expression selects or groups it. */
export interface SeriesRead {
  readonly name: string;
  readonly labels: readonly string[];
}

const series = /\b(batchmill_\w+)(?:\{([^}]*)\})?/g;
const matcher = /(\w+)\s*(?:=~|!~|!=|=)\s*"/g;
const grouping = /\b(?:by|on)\s*\(([^)]*)\)/g;

/** The series of ours in an expression. The labels of a grouping belong to all of them. */
export function seriesIn(expression: string): SeriesRead[] {
  const grouped = [...expression.matchAll(grouping)].flatMap(([, names]) =>
    names!.split(',').map((name) => name.trim()),
  );
  return [...expression.matchAll(series)].map(([, name, matchers = '']) => ({
    name: name!,
    labels: [...new Set([...grouped, ...[...matchers.matchAll(matcher)].map(([, label]) => label!)])],
  }));
}
