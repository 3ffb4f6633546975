/* The image's health check: exits with 0 if the service of this container, or the given URL, answers with success. */
const url = process.argv[2] ?? `http://127.0.0.1:${process.env.PORT || 3000}/health/live`;
try {
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`${url}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
