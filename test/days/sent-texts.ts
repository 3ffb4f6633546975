import type { Provider } from '@batchmill/provider';

interface Line {
  readonly url: string;
  readonly body: { readonly model: string; readonly input?: string | readonly string[] };
}

/** The texts that were sent to be embedded, by what is uploaded. */
export class SentTexts {
  readonly #sent = new Set<string>();

  /** Notes what this provider is sent. */
  watched(provider: Provider): Provider {
    return new Proxy(provider, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        if (property !== 'uploadFile') return value.bind(target) as unknown;
        return async (file: Parameters<Provider['uploadFile']>[0]) => {
          const uploaded = await target.uploadFile(file);
          await this.#note(file);
          return uploaded;
        };
      },
    });
  }

  has(text: string): boolean {
    return this.#sent.has(text);
  }

  clear(): void {
    this.#sent.clear();
  }

  async #note(file: Parameters<Provider['uploadFile']>[0]): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of file.open()) parts.push(part);
    const lines = Buffer.concat(parts).toString();
    for (const line of lines.split('\n').filter((text) => text !== '')) {
      const { url, body } = JSON.parse(line) as Line; // our own line, whose shape the simulator has checked
      if (url === '/v1/embeddings') for (const text of [body.input ?? []].flat()) this.#sent.add(text);
    }
  }
}
