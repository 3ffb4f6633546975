/** Every code of the simulator's own errors: what it means and what to do. */
export const simulatorErrorCodes = {
  'simulator.bad-flag': 'A flag of the command is unknown or has a wrong value. See --help.',
  'simulator.bad-option': 'An option has a wrong value. The message says what was found and expected.',
  'simulator.bad-turnaround': 'The turnaround has an unknown form. The message lists the known ones.',
  'simulator.bad-clock': 'The clock cannot do what was requested. Send {"advanceSeconds": n} or {"speed": n}.',
  'simulator.bad-fault': 'A fault rule is wrong. docs/reference/faults.md lists the faults.',
  'simulator.port-unavailable': 'The simulator cannot listen on the port. Choose another, or 0 for any.',
  'simulator.data-in-use': 'Another simulator uses the data folder. Choose another folder, or stop that simulator.',
  'simulator.failed': 'The simulator could not start for an unexpected reason. The message is that reason.',
} as const;

export type SimulatorErrorCode = keyof typeof simulatorErrorCodes;
