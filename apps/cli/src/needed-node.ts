/** As in `engines` of package.json, and in the launcher, which must run on any Node. */
const [neededMajor, neededMinor] = [22, 22];
export const neededNode = `${neededMajor}.${neededMinor}`;

/** `version`: `22.22.0`. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}
