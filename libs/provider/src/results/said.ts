/** What a model said, whichever endpoint it said it on. */
export interface Said {
  /** Null when it said nothing. */
  readonly text: string | null;
  readonly ended: 'whole' | 'cut-off' | 'refused' | 'filtered' | 'not-carried-out' | 'failed';
}
