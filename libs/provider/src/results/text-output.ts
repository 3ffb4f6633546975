/** The text that a model wrote, in the same form for each URL path. */
export interface TextOutput {
  /** Null when there is none. */
  readonly text: string | null;
  /** The texts of which `text` is made, when there are several. Some models repeat a whole answer in a later one. */
  readonly texts?: readonly string[];
  /**
   * `cut-off`: at the token limit. `unfinished`: the provider did not complete the response. `called-tools`: the model called
   * tools and wrote no text. `not-understood`: the body holds something in place of a text.
   */
  readonly finish:
    'complete' | 'cut-off' | 'refused' | 'filtered' | 'unfinished' | 'failed' | 'called-tools' | 'not-understood';
}
