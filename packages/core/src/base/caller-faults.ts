/**
 * What the program that called us, or what it gave us, can be refused for. None of it is sent. A row has the code's meaning;
 * then, where it is not `never` and `program`, whether trying again can help, and who has to act.
 */
export const CALLER_FAULTS = {
  'caller.option-invalid': [
    'An option that is unknown, or has a value that it cannot have; the detail says which, and what was meant.',
  ],
  'caller.input-unreadable': ['A file or stream that was named cannot be read.', 'never', 'operator'],
  'caller.input-invalid': ['What was given to work on is not of the form it must have.'],
  'caller.input-results': ['A file to read as a log holds the results of a verification.', 'never', 'operator'],
  'caller.limit-decompression': [
    'Compressed data unpack to more than a limit allows; the detail names it.',
    'never',
    'operator',
  ],
  'caller.envelope-invalid': [
    'An envelope to secure is no SOAP message that can be read (the detail has the code of reading it), is secured already, or holds what no receiver could take back once it is: a wsu:Id twice, what is encrypted already, what is no token in wsse:Security, a wsa header that is empty or no plain text, a wsa:MessageID that is no absolute IRI. The detail names the element.',
  ],
  'caller.callback-failed': ['A function that was given to Parley threw something; it is the cause.', 'later'],
  'caller.keys-invalid': ['Keys that were given do not have the form they must have.'],
  'caller.store-missing': ['The context store that was named is not there.', 'never', 'operator'],
  'caller.store-key-missing': ['A context store is opened without its key-encryption key.', 'never', 'operator'],
  'caller.store-key-wrong': [
    'A context store is opened with another key than it was sealed with.',
    'never',
    'operator',
  ],
  'caller.key-service-refused': [
    'What keeps the keys refuses us: no such token or key, another PIN, or a key that may not do what it is asked for.',
    'never',
    'operator',
  ],
  'caller.store-permissions': [
    'Others on this machine could read the store or its key, or open the socket that a process is steered by, or this process may not write the store.',
    'never',
    'operator',
  ],
  'caller.output-unwritable': ['A file or stream for results cannot be written.', 'never', 'operator'],
  'caller.output-exists': ['The file for results is there already.', 'never', 'operator'],
  'caller.output-is-input': ['The file for results is one that is read.', 'never', 'operator'],
  'caller.channel-not-secure': ['What is asked for needs a secure channel, and there is none.'],
  'caller.context-unusable': [
    'The context cannot be used for what is asked: its state, its keys or its suite do not allow it.',
    'new-context',
  ],
  'caller.sequence-unusable': ['The state of the sequence does not allow what is asked of it; the detail names it.'],
  'caller.aborted': ['The caller gave up waiting.'],
  'caller.closed': ['The thing was closed before.'],
  'caller.libxml-unavailable': [
    'What was asked for needs libxmljs2, which cannot be loaded here; the detail has the remedy.',
    'never',
    'operator',
  ],
  'caller.schema-invalid': [
    'A schema cannot be used: malformed, not compilable, or with an import that its set does not hold.',
  ],
} as const;
