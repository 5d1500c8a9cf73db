/** The part of cli-progress that we use; the package brings no types. */
declare module 'cli-progress' {
  export interface BarOptions {
    readonly format: string;
    readonly stream: NodeJS.WritableStream;
    readonly hideCursor: boolean;
    readonly clearOnComplete: boolean;
    readonly etaBuffer: number;
    readonly fps: number;
    readonly barsize: number;
  }
  export interface Preset {
    readonly format: string;
  }
  export class SingleBar {
    constructor(options: BarOptions, preset: Preset);
    start(total: number, value: number, payload: Readonly<Record<string, string>>): void;
    update(value: number, payload: Readonly<Record<string, string>>): void;
    stop(): void;
  }
  const library: {
    readonly SingleBar: typeof SingleBar;
    readonly Presets: { readonly shades_classic: Preset };
  };
  export default library;
}
