const endedByPipe = 141;
const unsaid = 1;

/**
 * Output that goes away does not end the process in the middle of its work. A pipe that nobody reads any more stops it as
 * Ctrl-C does, or ends a command that does not listen to that; where nothing can be written, as on a full disk, it goes
 * on without, and does not end with 0.
 */
export function hearOutput(): void {
  let isGone = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isGone) return;
    isGone = true;
    if (error.code !== 'EPIPE') {
      process.stderr.write(`the output cannot be written (${error.code}): going on without it\n`);
      process.once('exit', (code) => (process.exitCode = code === 0 ? unsaid : code));
      return;
    }
    // Of those that listen, the one that tells the launcher ends a process in which it is the only one.
    if (process.listenerCount('SIGINT') <= (process.send === undefined ? 0 : 1)) process.exit(endedByPipe);
    process.emit('SIGINT', 'SIGINT');
  });
  process.stderr.on('error', () => undefined);
}
