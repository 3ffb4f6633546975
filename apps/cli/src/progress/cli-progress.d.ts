/** The package has no types of its own. These cover what is used here. */
declare module 'cli-progress' {
  interface Options {
    readonly format: (options: object, params: object, payload: { readonly text: string }) => string;
    readonly stream: NodeJS.WritableStream;
    readonly clearOnComplete: boolean;
    readonly hideCursor: boolean;
    readonly fps: number;
  }

  export interface Bar {
    update(payload: { readonly text: string }): void;
  }

  export interface MultiBar {
    create(total: number, start: number, payload: { readonly text: string }): Bar;
    stop(): void;
  }

  const cliProgress: { readonly MultiBar: new (options: Options) => MultiBar };
  export default cliProgress;
}
