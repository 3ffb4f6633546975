/** Prints the numbers of passed and failed tests as the last line, for scripts. */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : '';
    process.once('exit', () => process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${skipped}\n`));
  }
}
