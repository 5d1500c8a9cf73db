import type { Fault } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { octets, read } from '../../support/reading.ts';

function found(bytes: Uint8Array): unknown {
  try {
    read(bytes);
    return 'read';
  } catch (error) {
    return (error as Fault).detail['found'];
  }
}

describe('what is no XML is named', () => {
  test.each([
    ['a multipart package (MIME)', '--uuid:1\r\nContent-Type: application/xop+xml\r\n\r\n<a/>\r\n--uuid:1--'],
    ['a multipart package (MIME)', 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n'],
    ['a multipart package (MIME)', 'Date: today\r\nContent-Type: Multipart/Related;\r\n boundary=x\r\n\r\n--x\r\n'],
    ['HTTP with its headers', 'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n'],
    ['HTTP with its headers', 'POST /svc HTTP/1.1\r\nHost: h\r\n\r\n<a/>'],
    ['an HTML page', '<!DOCTYPE html>\n<html><head></head></html>'],
    ['an HTML page', '\n<HTML><BODY><BR></BODY></HTML>'],
    ['JSON', '{"error": "no"}'],
    ['JSON', '[{"a": 1}]'],
    ['base64', `${Buffer.from('<a>0123456789</a>'.repeat(8)).toString('base64')}\n`],
    ['Fast Infoset', '<?xml version="1.0" encoding="finf"?>\u00e0'],
    [undefined, '<a>'],
    [undefined, '<!DOCTYPE a><a/>'],
    ['text without markup', 'hello'],
    ['text without markup', ' \n error 17 > 3'],
    [undefined, 'a < b'],
    [undefined, ' \n '],
    [undefined, ''],
  ])('%s: %j', (form, text) => {
    expect(found(octets(text))).toBe(form);
  });

  test.each([
    ['gzip', [0x1f, 0x8b, 8, 0]],
    ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd, 4]],
    ['a ZIP archive', [0x50, 0x4b, 3, 4]],
    ['Fast Infoset', [0xe0, 0, 0, 1, 0]],
  ])('%s by its first octets', (form, first) => {
    expect(found(Uint8Array.from(first))).toBe(form);
  });
});
