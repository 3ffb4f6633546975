/** Every code that the simulator puts on an error of its own: what it means, and what to do. */
export const simulatorErrorCodes = {
  'simulator.bad-flag': 'A flag of the command is unknown or has a wrong value. See --help.',
  'simulator.bad-option': 'An option has a wrong value. The message says what was found and expected.',
  'simulator.bad-turnaround': 'The turnaround is none that it knows. The message says which there are.',
  'simulator.bad-clock': 'The clock was asked for something it cannot do. Send {"advanceSeconds": n} or {"speed": n}.',
  'simulator.bad-fault': 'A rule of a fault is wrong. docs/reference/faults.md shows what there is.',
  'simulator.port-unavailable': 'The port cannot be listened at. Name another, or 0 for any.',
  'simulator.data-in-use': 'Another simulator works on the folder of data. Name another folder, or stop that one.',
  'simulator.failed': 'The simulator could not start, for a reason that nobody foresaw. The message is that reason.',
} as const;

export type SimulatorErrorCode = keyof typeof simulatorErrorCodes;
