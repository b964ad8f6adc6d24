import { describe, expect, it } from 'vitest';
import type { RunVerdict, ServerVerdict } from '../verdict/index.ts';
import { findFindings } from './find.ts';
import { certificateOf, contextOf, runOf, serverOf } from './testing.ts';
import type { FindingContext, Holder } from './types.ts';

/** `not-forwarded 5060,9000-9009; loss`. */
function found(line: string, more: Partial<RunVerdict> = {}, context: Partial<FindingContext> = {}): string {
  const run = runOf(line, more);
  const findings = findFindings(run, contextOf(run, context));
  return findings.map(({ code, ports }) => `${code} ${ports.join().replaceAll('udp/', '')}`.trim()).join('; ');
}

describe('ports with the same cause are one finding', () => {
  it.each<[string, string]>([
    ['5060 open; 9000-9009 open', ''],
    ['5060 closed not-forwarded', 'not-forwarded 5060'],
    ['9000-9002 open; 9003 closed works-by-accident', 'works-by-accident 9003'],
    ['9000 open; 9001,9003-9005 closed not-forwarded; 9002,9006 open', 'not-forwarded 9001,9003-9005'],
    ['9000 open; 9001 open taken-by-neighbour', 'taken-by-neighbour 9001'],
    ['9000 open; 9001 untested taken-by-neighbour', 'taken-by-neighbour 9001'],
    ['9000 translated mapped-elsewhere; 9001 translated', 'mapped-elsewhere 9000; translated 9001'],
    ['9000-9003 translated source-port-rewritten', 'source-port-rewritten 9000-9003'],
    ['9000 untested loss; 9001 open', 'loss 9000'],
    [
      '5060 no-answer outbound-blocked; 9000 closed shifted; 9001 malformed; 9002 untested',
      'outbound-blocked 5060; shifted 9000; malformed 9001; untested 9002',
    ],
  ])('%s', (line, expected) => {
    expect(found(line)).toBe(expected);
  });
});

describe('the public address that others are told', () => {
  const told = (publicAddresses: string[], ...expected: string[]) =>
    found('9000 open', { publicAddresses }, { publicAddresses: expected });

  it('is another one than the servers see', () => {
    expect(told(['203.0.113.44'], '203.0.113.45')).toBe('unexpected-public-address');
    expect(told(['203.0.113.44'], '192.168.0.100')).toBe('unexpected-public-address');
    expect(told(['2001:db8::1'], '203.0.113.44', '2001:db8::2')).toBe('unexpected-public-address');
  });

  it('is one of those that they see', () => {
    expect(told(['203.0.113.44'], '203.0.113.44')).toBe('');
    expect(told(['203.0.113.44', '203.0.113.45'], '203.0.113.45')).toBe('');
  });

  it('is not compared where nothing of its family was seen, nor with what a server inside sees', () => {
    expect(told([], '203.0.113.44')).toBe('');
    expect(told(['2001:db8::1'], '203.0.113.44')).toBe('');
    expect(told(['192.168.0.100'], '203.0.113.44')).toBe('');
    expect(told(['203.0.113.44'])).toBe('');
  });
});

describe('one cause behind many ports', () => {
  it.each<[string, string]>([
    ['5060,9000-9009 closed not-forwarded', 'nothing-forwarded 5060,9000-9009'],
    ['5060 in-use process; 9000-9009 closed not-forwarded', 'not-forwarded 9000-9009; process 5060'],
    [
      '5060 closed address-restricted; 9000-9001 closed not-forwarded',
      'not-forwarded 9000-9001; address-restricted 5060',
    ],
    ['9000-9499 open; 9500-10999 closed not-forwarded', 'range-ends-early 9500-10999'],
    ['9000-9008 open; 9009 closed not-forwarded', 'range-ends-early 9009'],
    ['9000-9009 closed not-forwarded; 9010-9099 open', 'range-starts-late 9000-9009'],
    ['9000-9001,9008 closed not-forwarded; 9002-9007 open', 'range-ends-early 9008; range-starts-late 9000-9001'],
    [
      '9000-9001 open; 9002-9003 closed not-forwarded; 9004 open; 9005 closed not-forwarded',
      'not-forwarded 9002-9003,9005',
    ],
    [
      '5060 closed not-forwarded; 9000-9004 open; 9005-9009 closed not-forwarded',
      'range-ends-early 9005-9009; not-forwarded 5060',
    ],
    ['9000-9004 open; 9005 in-use process; 9006-9009 closed not-forwarded', 'range-ends-early 9006-9009; process 9005'],
    ['9000-9004 open; 9005 translated; 9006-9009 closed not-forwarded', 'range-ends-early 9006-9009; translated 9005'],
    ['5060 open; 5061 closed not-forwarded; 9000-9001 open', 'not-forwarded 5061'],
    ['9000-9004 open; 9005 closed not-forwarded; 9006-9009 untested', 'not-forwarded 9005; untested 9006-9009'],
    ['9000-9001,9010-9011 open; 9002,9012 closed not-forwarded', 'range-ends-early 9002; range-ends-early 9012'],
    ['5060,5090 open; 9000-9009 closed not-forwarded', 'media-range-missing 9000-9009'],
    ['5060 open; 5090,9000-9009 closed not-forwarded', 'media-range-missing 9000-9009; not-forwarded 5090'],
    [
      '5060 open; 9000-9008 closed not-forwarded; 9009 closed works-by-accident',
      'not-forwarded 9000-9008; works-by-accident 9009',
    ],
    ['5060,9000-9009 translated symmetric', 'random-source-ports 5060,9000-9009'],
    ['5060 translated source-port-rewritten; 9000-9009 translated symmetric', 'random-source-ports 5060,9000-9009'],
    ['5060 open; 9000-9009 translated symmetric', 'symmetric 9000-9009'],
    ['5060 translated symmetric', 'symmetric 5060'],
  ])('%s', (line, expected) => {
    expect(found(line)).toEqual(expected);
  });

  it('sees the end of a range in a sample', () => {
    const sample = (from: number, to: number) => Array.from({ length: (to - from) / 8 + 1 }, (_, i) => from + i * 8);
    const line = `${sample(9000, 9496)} open; ${sample(9504, 10992)} closed not-forwarded`;
    expect(found(line, {}, { plannedPorts: 2000 })).toMatch(/^range-ends-early 9504,/);
  });
});

describe('what is said of servers and run', () => {
  const cancelled = { verdict: 'cancelled', reason: null } as const;
  const failed = (...servers: Partial<ServerVerdict>[]): Partial<RunVerdict> => ({
    verdict: 'inconclusive',
    servers: servers.map(serverOf),
  });
  const two = { servers: [serverOf({ state: 'unresolvable', address: null }), serverOf()] };

  it.each<[string, string, Partial<RunVerdict>, Partial<FindingContext>, string]>([
    ['no server, no port', '', failed({ state: 'unresolvable', address: null }), {}, 'server-unresolvable'],
    [
      'its ports are untested because of it',
      '9000-9001 untested',
      failed({ state: 'unreachable' }),
      {},
      'server-unreachable 9000-9001',
    ],
    ['one address', '9000-9001 untested', failed({ state: 'no-second-address' }), {}, 'no-second-address 9000-9001'],
    ['no stun', '9000 untested', failed({ state: 'malformed' }), {}, 'server-malformed 9000'],
    ['no change', '9000 untested', failed({ state: 'basic' }), {}, 'server-ignores-change-request 9000'],
    ['slow', '9000 untested', failed({ state: 'throttling' }), {}, 'server-throttling 9000'],
    ['another server helps', '9000 open', two, {}, 'server-unresolvable'],
    [
      'a failed server beside a proof',
      '9000 translated; 9001 untested',
      { servers: [serverOf({ state: 'basic' })] },
      {},
      'translated 9000; server-ignores-change-request 9001',
    ],
    ['cancelled', '9000 open; 9001-9002 untested', cancelled, {}, 'cancelled 9001-9002'],
    ['cancelled at the end', '9000 open', cancelled, {}, 'cancelled'],
    ['no cold test', '9000-9001 open', { coldAsked: false }, {}, 'cold-not-asked 9000-9001'],
    ['no cold test, nothing open', '9000 closed', { coldAsked: false }, {}, 'closed 9000'],
    ['a sample', '9000-9001 open', {}, { plannedPorts: 9 }, 'sampled'],
    ['loss', '9000 untested', { verdict: 'inconclusive', reason: 'loss' }, {}, 'untested 9000; loss'],
  ])('%s', (_, line, more, context, expected) => {
    expect(found(line, more, context)).toEqual(expected);
  });

  it('lists first what leaves most ports unknown', () => {
    expect(found('9000 in-use process; 9001-9100 untested scan-protection; 9101 open')).toEqual(
      'scan-protection 9001-9100; process 9000',
    );
  });

  it('is a warning where another server helps, an error where none does', () => {
    const severities = (more: Partial<RunVerdict>) =>
      findFindings(runOf('', more), contextOf(runOf(''))).map(({ severity }) => severity);
    expect(severities(two)).toEqual(['warning']);
    expect(severities(failed({ state: 'unreachable' }, { state: 'unreachable' }))).toEqual(['error', 'error']);
  });
});

describe('facts', () => {
  const asterisk = { pid: 812, name: 'asterisk', unit: 'asterisk.service' };
  const holders = new Map<string, Holder>([
    ['udp/5060', asterisk],
    ['udp/5061', asterisk],
    ['udp/9000', { pid: 9, name: null, unit: null }],
    ['udp/9001', { pid: 10, name: 'rtp', unit: null }],
    ['udp/9002', { pid: 11, name: 'rtp', unit: null }],
  ]);

  it.each<[string, string, Record<string, unknown>]>([
    [
      '9000-9499 open; 9500-10999 closed not-forwarded',
      'range-ends-early',
      { lastOpen: 9499, firstClosed: 9500, lastClosed: 10999, rangeFrom: 9000, rangeTo: 10999, count: 1500 },
    ],
    [
      '9000-9009 closed not-forwarded; 9010-9099 open',
      'range-starts-late',
      { firstOpen: 9010, firstClosed: 9000, lastClosed: 9009, rangeFrom: 9000, rangeTo: 9099, count: 10 },
    ],
    ['9000-9009 closed shifted', 'shifted', { shift: 10, port: 9000, arrivedOn: 9010 }],
    ['9000-9009 translated symmetric', 'random-source-ports', { port: 9000, mappedPort: 43000 }],
    ['5060 open; 9000-9009 closed not-forwarded', 'media-range-missing', { sipPorts: '5060', count: 10 }],
    [
      '9000 untested server-silent',
      'server-silent',
      { server: 'stun.example', sources: '198.51.100.10, 198.51.100.20' },
    ],
    ['9000 untested loss', 'loss', { bindAddress: '192.168.0.100', tries: 5 }],
    ['5060-5061 in-use process', 'process', { process: 'asterisk', pid: 812, unit: 'asterisk.service' }],
  ])('%s', (line, code, facts) => {
    const run = runOf(line);
    const finding = findFindings(run, contextOf(run, { holders, tries: 5 })).find((each) => each.code === code);
    expect(finding?.facts).toMatchObject(facts);
  });

  it('has one finding for each process that holds ports', () => {
    const run = runOf('5060-5061,9000-9003 in-use process');
    const findings = findFindings(run, contextOf(run, { holders })).map(({ ports, facts }) => [
      ...ports,
      facts['process'],
      facts['pid'],
    ]);
    expect(findings).toEqual([
      ['udp/5060-5061', 'asterisk', 812],
      ['udp/9001-9002', 'rtp', undefined],
      ['udp/9000', undefined, 9],
      ['udp/9003', undefined, undefined],
    ]);
  });

  it('names no shift where a whole range arrives at one port', () => {
    const run = runOf('9000-9001 closed shifted');
    const ports = run.ports.map((port) => ({ ...port, arrivedOn: 8000 }));
    const [finding] = findFindings({ ...run, ports }, contextOf(run));
    expect(finding?.facts).toMatchObject({ port: 9000, arrivedOn: 8000 });
    expect(finding?.facts).not.toHaveProperty('shift');
  });
});

it('puts certificates after what explains a result, however many ports show them', () => {
  const run = runOf('9000 open; tcp/5061 in-use process', { verdict: 'inconclusive', reason: 'ports-in-use' });
  const certificates = [443, 5061].map((port) => certificateOf(port, { faults: ['expired'] }));
  const found = findFindings(run, contextOf(run, { certificates }));
  expect(found.map(({ code, ports }) => [code, ports])).toEqual([
    ['process', ['tcp/5061']],
    ['certificate-expired', ['tcp/443', 'tcp/5061']],
  ]);
});
