/** What `/v1/chat/completions` answers, as far as processors are likely to ask. */
export interface ChatBody {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly finish_reason: string;
    readonly message: { readonly role: string; readonly content: string; readonly [key: string]: unknown };
    readonly [key: string]: unknown;
  }[];
  readonly [key: string]: unknown;
}

/** What `/v1/responses` answers, as far as processors are likely to ask. */
export interface ResponsesBody {
  readonly id: string;
  readonly model: string;
  readonly status: string;
  readonly output: readonly {
    readonly type: string;
    readonly content?: readonly { readonly type: string; readonly text?: string; readonly [key: string]: unknown }[];
    readonly [key: string]: unknown;
  }[];
  readonly [key: string]: unknown;
}
