/** The response of `/v1/chat/completions`, with the fields that processors usually need. */
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

/** The response of `/v1/responses`, with the fields that processors usually need. */
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
