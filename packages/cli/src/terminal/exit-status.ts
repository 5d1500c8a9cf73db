/** What the process says when it ends. */
export const ExitStatus = {
  /** All valid; or nothing was to be judged. */
  ok: 0,
  /** At least one message was refused; or a peer refused one of ours. */
  refused: 1,
  /** Wrong usage, input that cannot be read, keys that cannot be used. */
  error: 2,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGPIPE: whoever read our output went away. */
  pipeClosed: 141,
} as const;
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];
