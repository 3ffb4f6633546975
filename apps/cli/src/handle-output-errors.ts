const exitCodeOfSigpipe = 141;
const exitCodeOfLostOutput = 1;

/**
 * Keeps an output error from ending the process in the middle of its work. When the reader of a pipe is gone, the process
 * stops as at Ctrl-C, or exits if the command has no handler for that. When the output cannot be written, as on a full
 * disk, the process continues without output and does not exit with 0.
 */
export function handleOutputErrors(): void {
  let hasFailed = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (hasFailed) return;
    hasFailed = true;
    if (error.code !== 'EPIPE') {
      process.stderr.write(`the output cannot be written (${error.code}): continuing without output\n`);
      process.once('exit', (code) => (process.exitCode = code === 0 ? exitCodeOfLostOutput : code));
      return;
    }
    // With a launcher, one of the handlers only reports signals to it.
    if (process.listenerCount('SIGINT') <= (process.send === undefined ? 0 : 1)) process.exit(exitCodeOfSigpipe);
    process.emit('SIGINT', 'SIGINT');
  });
  process.stderr.on('error', () => undefined);
}
