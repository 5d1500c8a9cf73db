/** What spans are called. */
export type SpanName = 'parley.request' | 'parley.receive' | 'parley.service' | 'parley.secure';

/** Identifiers, names and codes; never secrets or what messages say. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** Something that is under way. */
export interface Span {
  set(attributes: SpanAttributes): void;
  /** It failed, with this fault code. */
  failed(code: string): void;
}

/** Headers of a request, as Node has them. */
export type TraceHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Who is told what is under way, and since when. `openTelemetryTracing` of `@parley/opentelemetry` is one. */
export interface Tracing {
  /**
   * Does `work` as a span: of the one around it, or of that which `headers` name. It must do it once, and give what it gives; what it
   * throws itself before it does `work` is ignored.
   */
  span<T>(
    name: SpanName,
    attributes: SpanAttributes,
    work: (span: Span) => Promise<T>,
    headers?: TraceHeaders,
  ): Promise<T>;
  /** Headers that name the span around, for who is called next. */
  headers(): Readonly<Record<string, string>>;
}
