import type { Endpoint } from '../base/index.ts';
import { formatEndpoint } from '../base/index.ts';
import { toBytes, toText } from './bytes.ts';

/** Of a description or an answer; the longest seen have about 20,000. */
export const MOST_BYTES = 65_536;

/** A place on the one host that may be asked. */
export interface Place {
  readonly at: Endpoint;
  /** Begins with a slash; visible ASCII only. */
  readonly path: string;
}

export const getRequest = ({ at, path }: Place): Uint8Array =>
  toBytes([`GET ${path} HTTP/1.1`, `Host: ${formatEndpoint(at)}`, 'Connection: close', '', ''].join('\r\n'));

/** `fields` and `body`: ASCII. */
export const postRequest = ({ at, path }: Place, fields: readonly string[], body: string): Uint8Array =>
  toBytes(
    [
      `POST ${path} HTTP/1.1`,
      `Host: ${formatEndpoint(at)}`,
      ...fields,
      `Content-Length: ${body.length}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );

/** Header fields by their name in lower case; of several the first. */
export function fieldsOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (name !== '' && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** null: no HTTP, or cut short. A redirection is an answer like any other: nothing is followed. Never throws. */
export function readHttp(bytes: Uint8Array): HttpAnswer | null {
  const message = partsOf(bytes);
  if (message === null) return null;
  const { status, fields, rest } = message;
  if (isChunked(fields)) {
    const body = joinChunks(rest);
    return body === null ? null : { status, body };
  }
  const length = lengthOf(fields);
  // Without a length the end of the connection is the end of the body (RFC 9112 section 6.3).
  if (length === null) return { status, body: rest };
  return rest.length < length ? null : { status, body: rest.slice(0, length) };
}

/** The header fields of an answer, however much of its body has come. null: no HTTP. Never throws. */
export const fieldsIn = (bytes: Uint8Array): ReadonlyMap<string, string> | null => partsOf(bytes)?.fields ?? null;

/** All of an answer has come; one without a length is known by the end of the connection alone. Never throws. */
export function isWholeHttp(bytes: Uint8Array): boolean {
  const message = partsOf(bytes);
  if (message === null) return false;
  const length = lengthOf(message.fields);
  if (isChunked(message.fields)) return joinChunks(message.rest) !== null;
  return length !== null && message.rest.length >= length;
}

interface Parts {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly rest: string;
}

function partsOf(bytes: Uint8Array): Parts | null {
  const text = toText(bytes.subarray(0, MOST_BYTES));
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  return status === undefined ? null : { status: Number(status), fields: fieldsOf(lines), rest: text.slice(end + 4) };
}

const isChunked = (fields: Parts['fields']): boolean => fields.get('transfer-encoding')?.toLowerCase() === 'chunked';

function lengthOf(fields: Parts['fields']): number | null {
  const text = fields.get('content-length') ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** RFC 9112 section 7.1; null: not all of it is there. */
function joinChunks(text: string): string | null {
  const chunks: string[] = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    const size = end < 0 ? undefined : /^([\da-f]{1,6})(?:[ \t]*;.*)?$/i.exec(text.slice(at, end))?.[1];
    if (size === undefined) return null;
    const length = Number.parseInt(size, 16);
    if (length === 0) return chunks.join('');
    at = end + 2 + length + 2;
    if (at > text.length) return null;
    chunks.push(text.slice(end + 2, end + 2 + length));
  }
}
