/**
 * Where the native libxml2 comes in, and the only place that loads it.
 *
 * libxmljs2 is an optional peer, compiled on installation, so its types are said here: whole documents, and no
 * node. safety: its accessors of nodes trust the type of a node, and on entity nodes they read memory that is not
 * theirs (CVE-2024-34391 to -34394); what is not declared here cannot be called.
 */
import { createRequire } from 'node:module';
import { Fault } from '@parley/core';

/** The parts of libxmljs2 in use. */
export interface NativeLibxml {
  /**
   * Parses octets in the encoding that they declare, or a string.
   * @throws NativeError when libxml2 cannot go on
   */
  parseXml(source: Uint8Array | string, options: NativeParseOptions): NativeDocument;
  /** What libxml2 was built with. */
  readonly features: Readonly<Record<string, boolean>>;
}

/** Names of libxml2's parser options. */
export interface NativeParseOptions {
  readonly nonet: true;
  readonly noent: false;
  readonly dtdload: false;
  readonly dtdattr?: false;
  readonly nocdata: true;
  readonly huge: boolean;
  /** Taken for the encoding of the octets, whatever they declare. */
  readonly encoding?: string;
}

/** A parsed document; its memory is libxml2's, freed when this is collected. */
export interface NativeDocument {
  /** What libxml2 complained about and could go on after: errors of namespaces are among them. */
  readonly errors: readonly NativeError[];
  /** Of the last {@link validate}. */
  readonly validationErrors: readonly NativeError[];
  /** The document type declaration. */
  getDtd(): object | null;
  /** Says what encoding the document came in. */
  encoding(name: string): void;
  toString(options: Readonly<{ declaration: boolean; format: boolean; selfCloseEmpty: boolean }>): string;
  /** Whether the document is valid by the XML Schema document `schema`. */
  validate(schema: NativeDocument): boolean;
}

/** One complaint. Its message quotes the document: not for a fault or a log. */
export interface NativeError {
  readonly message: string;
  /** libxml2's number of the error, xmlParserErrors. */
  readonly code: number;
  /** Which part of libxml2 says so. */
  readonly domain: number;
  /** 1 warning, 2 error, 3 fatal. */
  readonly level: number;
  /** From 1; for a node, 65535 and above is not exact. */
  readonly line: number;
  /** What the message quotes first; for errors about a value, the value. */
  readonly str1?: string;
}

const REMEDY =
  'libxmljs2 is yours to add, and compiled for one version of Node when it is installed: ' +
  'with a C++ compiler, make and Python 3 there, npm install libxmljs2@0.37 (on Node 20: 0.35)';

let loaded: NativeLibxml | undefined;

/**
 * Loads libxmljs2, once.
 *
 * One thread of a process can have it: the first to ask keeps it.
 * @throws Fault `caller.libxml-unavailable` with the reason and the remedy in its detail
 */
export function loadNative(): NativeLibxml {
  loaded ??= load();
  return loaded;
}

function load(): NativeLibxml {
  let native: NativeLibxml;
  try {
    native = createRequire(import.meta.url)('libxmljs2') as NativeLibxml;
  } catch (error) {
    throw unavailable(error);
  }
  // safety: nothing that a message or a schema says may be fetched.
  if (native.features['HTTP'] !== false || native.features['FTP'] !== false) {
    throw new Fault('caller.libxml-unavailable', { reason: 'it was built with network access', remedy: REMEDY });
  }
  return native;
}

function unavailable(error: unknown): Fault {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  // The build cannot be loaded a second time, as a module of Node must say on its own that it can.
  if (String(message).includes('did not self-register')) {
    const remedy = 'use one thread for it: a pool without workers, or the reader scan';
    return new Fault('caller.libxml-unavailable', { reason: 'another thread of the process has it', remedy });
  }
  return new Fault('caller.libxml-unavailable', { reason: String(code ?? 'not loadable'), remedy: REMEDY });
}
