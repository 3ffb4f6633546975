/** What a request tells the model. */
export interface Prompts {
  readonly system: string | null;
  readonly user: string;
}
