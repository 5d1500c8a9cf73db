/** Strings on their way into a document, in the form that C14N prints. */
import { Fault } from '@parley/core';
import { isCharacter } from './hot/references.ts';

/** `text` as character data. @throws Fault `caller.input-invalid` for a character that XML cannot carry */
export function escapeText(text: string): string {
  return escaped(text, textEntity);
}

/** `text` as an attribute value for double quotes. @throws Fault `caller.input-invalid` for a character that XML cannot carry */
export function escapeAttribute(text: string): string {
  return escaped(text, attributeEntity);
}

function escaped(text: string, entityOf: (code: number) => string | undefined): string {
  let result = '';
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at)!;
    if (!isCharacter(code)) throw new Fault('caller.input-invalid', { index: at, code });
    const entity = entityOf(code);
    if (entity !== undefined) {
      result += text.slice(run, at) + entity;
      run = at + 1;
    }
    if (code > 0xffff) at++;
  }
  return run === 0 ? text : result + text.slice(run);
}

function textEntity(code: number): string | undefined {
  switch (code) {
    case 0x26:
      return '&amp;';
    case 0x3c:
      return '&lt;';
    case 0x3e:
      return '&gt;';
    case 0x0d:
      return '&#xD;';
    default:
      return undefined;
  }
}

function attributeEntity(code: number): string | undefined {
  switch (code) {
    case 0x26:
      return '&amp;';
    case 0x3c:
      return '&lt;';
    case 0x22:
      return '&quot;';
    case 0x09:
      return '&#x9;';
    case 0x0a:
      return '&#xA;';
    case 0x0d:
      return '&#xD;';
    default:
      return undefined;
  }
}
