/** The text that a model wrote, in the same form for each URL path. */
export interface TextOutput {
  /** Null when there is none. */
  readonly text: string | null;
  /** `cut-off`: at the token limit. `unfinished`: the provider did not complete the response. */
  readonly finish: 'complete' | 'cut-off' | 'refused' | 'filtered' | 'unfinished' | 'failed';
}
