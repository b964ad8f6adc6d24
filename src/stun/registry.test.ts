import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as door from './index.ts';
import {
  ATTRIBUTES,
  attributeName,
  BAD_REQUEST,
  BINDING,
  type ErrorCode,
  isComprehensionRequired,
  SERVER_ERROR,
  STALE_NONCE,
  TRY_ALTERNATE,
  UNAUTHENTICATED,
  UNKNOWN_ATTRIBUTE,
  XOR_MAPPED_ADDRESS,
  XOR_MAPPED_ADDRESS_OLD,
} from './index.ts';
import { SHARED_SECRET } from './message.ts';

interface Row {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** The first column is a number or a range, decimal or with 0x; the second may be in quotes. */
function load(table: string): Row[] {
  const text = readFileSync(new URL(`fixtures/iana-stun-${table}.csv`, import.meta.url), 'utf8');
  const [head, ...lines] = text.trim().split('\n');
  if (head !== 'Value,Name,Reference') throw new Error(`${table} begins with ${head}`);
  return lines.map((line) => {
    const [, first, last, quoted, plain] = /^(\w+)(?:-(\w+))?,(?:"([^"]*)"|([^,]*)),/.exec(line) ?? [];
    if (first === undefined) throw new Error(`${table}: ${line}`);
    return { from: Number(first), to: Number(last ?? first), name: quoted ?? plain ?? '' };
  });
}

const nameIn = (rows: readonly Row[], value: number): string | undefined =>
  rows.find(({ from, to }) => from <= value && value <= to)?.name;

const attributes = load('attributes');
const methods = load('methods');
const errors = load('error-codes');

/** RFC 8489 dropped these; RFC 5780 brought one back, and we answer RFC 3489 with the others. */
const DROPPED = ['CHANGE-REQUEST', 'SOURCE-ADDRESS', 'CHANGED-ADDRESS'];

describe('the tables', () => {
  test.each([
    ['attributes', attributes, 0xffff],
    ['methods', methods, 0xfff],
    ['error codes', errors, 699],
  ])('of %s have no gap and no overlap', (_, rows, last) => {
    expect(rows.map(({ from }) => from)).toEqual([0, ...rows.slice(0, -1).map(({ to }) => to + 1)]);
    expect(rows.at(-1)?.to).toBe(last);
  });
});

describe('attributes', () => {
  const ours = ATTRIBUTES.filter(({ name }) => name.startsWith('FULLCONE-'));
  const registered = ATTRIBUTES.filter(
    (attribute) => attribute !== XOR_MAPPED_ADDRESS_OLD && !ours.includes(attribute),
  );

  test.each(registered.map(({ name, type }) => [name, type] as const))('%s is %i', (name, type) => {
    const expected = DROPPED.includes(name) ? `Reserved; was ${name} prior to [RFC5389]` : name;
    expect(nameIn(attributes, type)).toBe(expected);
  });

  test('0x8020 was never registered', () => {
    expect(XOR_MAPPED_ADDRESS_OLD).toMatchObject({ type: 0x8020, name: XOR_MAPPED_ADDRESS.name });
    expect(nameIn(attributes, 0x8020)).toBe('Unassigned');
  });

  test('all of RFC 8489 and RFC 5780 are here', () => {
    const text = readFileSync(new URL('fixtures/iana-stun-attributes.csv', import.meta.url), 'utf8');
    const lines = text.split('\n').filter((line) => /\[RFC(8489|5780)\]/.test(line) && !/,Reserved/.test(line));
    expect(lines).toHaveLength(21);
    const known = new Set(ATTRIBUTES.map(({ type }) => type));
    expect(lines.filter((line) => !known.has(Number(line.split(',')[0])))).toEqual([]);
  });

  test('what is ours is optional, and nobody else has it', () => {
    expect(new Set(ours.map(({ type }) => nameIn(attributes, type)))).toEqual(new Set(['Unassigned']));
    // RFC 8489 section 18.3: from 0xC000 on, experts decide, not standards.
    expect(ours.filter(({ type }) => type < 0xc000)).toEqual([]);
  });

  test('every attribute that the door exports is in the list, once', () => {
    const exported = Object.values(door).filter((thing) => typeof thing === 'object' && 'rfc' in thing);
    expect(new Set(ATTRIBUTES)).toEqual(new Set(exported));
    expect(new Set(ATTRIBUTES.map(({ type }) => type)).size).toBe(ATTRIBUTES.length);
  });

  test('names and halves', () => {
    expect(attributeName(0x8022)).toBe('SOFTWARE');
    expect(attributeName(0x000c)).toBe('0x000c');
    expect(isComprehensionRequired(0x7fff)).toBe(true);
    expect(isComprehensionRequired(0x8000)).toBe(false);
  });
});

test('methods', () => {
  expect(nameIn(methods, BINDING)).toBe('Binding');
  expect(nameIn(methods, SHARED_SECRET)).toBe('Reserved; was SharedSecret prior to [RFC5389]');
});

test.each<[ErrorCode, number]>([
  [TRY_ALTERNATE, 300],
  [BAD_REQUEST, 400],
  [UNAUTHENTICATED, 401],
  [UNKNOWN_ATTRIBUTE, 420],
  [STALE_NONCE, 438],
  [SERVER_ERROR, 500],
])('error %o', (error, code) => {
  expect(error.code).toBe(code);
  expect(nameIn(errors, code)).toBe(error.reason);
});
