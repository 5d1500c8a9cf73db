import type { Target } from './target.ts';
import { BASE64 } from './targets/base64.ts';
import { CANONICALISATION } from './targets/canonicalisation.ts';
import { INSTANTS } from './targets/instants.ts';
import { KEYS_FILES } from './targets/keys-files.ts';
import { LOG_LINES } from './targets/log-lines.ts';
import { MESSAGES } from './targets/messages.ts';
import { SCANNER } from './targets/scanner.ts';
import { WRITTEN_TEXT } from './targets/written-text.ts';

/** The shares add up to 1,000. */
export const ALL_TARGETS: readonly Target[] = [
  SCANNER,
  CANONICALISATION,
  BASE64,
  INSTANTS,
  WRITTEN_TEXT,
  MESSAGES,
  KEYS_FILES,
  LOG_LINES,
];
