import { describe, expect, it } from 'vitest';
import { combine, type Word } from './legs.ts';
import { judgeLegs } from './run.ts';
import { legOf, PORT, runOf, seen } from './test-evidence.ts';
import type { Cause, PortResult } from './types.ts';

const word = (server: string, result: PortResult, cause: Cause | null = null, coldAsked = true): Word => ({
  server,
  coldAsked,
  verdict: {
    protocol: 'udp',
    family: 'ipv4',
    port: PORT,
    result,
    cause,
    mapped: null,
    rule: `${server} rule`,
    arrivedOn: null,
  },
});

/** `open a`: the result, and whose; then what the second server adds. */
const says = (...words: readonly Word[]): string => {
  const { ports, opinions } = combine(words);
  const [port] = ports;
  const added = opinions.map(
    ({ kind, server, first, ports: of }) => ` ${kind}: ${server} after ${first}, ${of.length}`,
  );
  return `${port?.result} ${port?.rule[0]}${added.join()}`;
};

describe('several servers on one port', () => {
  it.each<[about: string, words: readonly Word[], says: string]>([
    ['one alone', [word('a', 'closed')], 'closed a'],
    ['it works for both', [word('a', 'open'), word('b', 'open')], 'open a'],
    ['it fails for both', [word('a', 'closed'), word('b', 'closed')], 'closed a confirmed: b after a, 1'],
    ['it fails in two ways', [word('a', 'closed'), word('b', 'translated')], 'closed a confirmed: b after a, 1'],
    ['it works for the second', [word('a', 'closed'), word('b', 'open')], 'open b contradicted: b after a, 1'],
    ['it works for the first', [word('a', 'open'), word('b', 'no-answer')], 'open a contradicted: a after b, 1'],
    [
      'the first could not tell',
      [word('a', 'untested', 'server-silent'), word('b', 'open')],
      'open b taken-over: b after a, 1',
    ],
    ['the second could not tell', [word('a', 'closed'), word('b', 'untested', 'loss')], 'closed a'],
    ['neither could tell', [word('a', 'untested', 'server-silent'), word('b', 'untested', 'loss')], 'untested b'],
    ['neither says why', [word('a', 'untested', 'server-silent'), word('b', 'untested')], 'untested a'],
    [
      'the third could tell',
      [word('a', 'untested', 'server-silent'), word('b', 'untested', 'server-silent'), word('c', 'closed')],
      'closed c taken-over: c after a, 1',
    ],
  ])('%s', (_about, words, expected) => {
    expect(says(...words)).toBe(expected);
  });

  it('the word of one that could not ask the cold question is worth nothing beside one that could', () => {
    expect(says(word('a', 'open', null, false), word('b', 'closed'))).toBe('closed b taken-over: b after a, 1');
    expect(says(word('a', 'closed'), word('b', 'open', null, false))).toBe('closed a');
    expect(says(word('a', 'open', null, false), word('b', 'untested', 'loss'))).toBe('open a');
  });

  it('each port has one verdict', () => {
    const other = (server: string, port: number) => {
      const one = word(server, 'closed');
      return { ...one, verdict: { ...one.verdict, port } };
    };
    const { ports, opinions } = combine([other('a', 1), other('a', 2), other('b', 2)]);
    expect(ports.map(({ port }) => port)).toEqual([1, 2]);
    expect(opinions).toMatchObject([{ kind: 'confirmed', ports: [{ port: 2 }] }]);
  });
});

describe('a port that had spoken to another server', () => {
  const closed = runOf([seen({ cold: 'no', warm: 'no', outbound: 'yes', mapped: PORT })]);
  const open = runOf([seen({ cold: 'yes', outbound: 'yes', mapped: PORT })]);
  const doubtful = new Set([PORT]);

  it('does not work because it lets the next one in, where that may be its own doing', () => {
    expect(judgeLegs([legOf(closed), { ...legOf(open, 'b'), doubtful }]).ports).toMatchObject([{ result: 'closed' }]);
    expect(judgeLegs([legOf(closed), legOf(open, 'b')]).ports).toMatchObject([{ result: 'open' }]);
  });

  it('fails all the same if the next one is not let in', () => {
    const unknown = runOf([seen({})]);
    expect(judgeLegs([legOf(unknown), { ...legOf(closed, 'b'), doubtful }]).ports).toMatchObject([
      { result: 'closed' },
    ]);
  });
});
