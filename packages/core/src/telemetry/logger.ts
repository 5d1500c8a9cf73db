/** Lines of a log, as pino takes them: what is known, and what happened. */
export interface Logger {
  info(fields: LogFields, event: string): void;
  warn(fields: LogFields, event: string): void;
  error(fields: LogFields, event: string): void;
}

/** Identifiers, names, codes, counts; never secrets or what messages say. */
export type LogFields = Readonly<Record<string, unknown>>;
