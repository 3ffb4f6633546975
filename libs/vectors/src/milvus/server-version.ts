/** As `major.minor`. Null for a version that is not written like one, such as that of Milvus Lite. */
function parsed(version: string): { readonly major: number; readonly minor: number } | null {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined ? null : { major: Number(major), minor: Number(minor) };
}

function isFrom(version: string, { major, minor }: { readonly major: number; readonly minor: number }): boolean | null {
  const found = parsed(version);
  return found && (found.major > major || (found.major === major && found.minor >= minor));
}

/** Null: that is not known. */
export function isSupportedVersion(version: string): boolean | null {
  return isFrom(version, { major: 2, minor: 3 });
}

/**
 * False: an upsert may put rows into a partition in which no search with a condition on the partition field looks. Milvus 2.3.5 chooses
 * it by the key: https://github.com/milvus-io/milvus/pull/30772. False also where the version is not known.
 */
export function upsertsIntoPartitions(version: string): boolean {
  return isFrom(version, { major: 2, minor: 4 }) === true;
}
