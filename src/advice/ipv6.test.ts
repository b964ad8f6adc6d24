import { describe, expect, it } from 'vitest';
import type { RunVerdict, ServerVerdict } from '../verdict/index.ts';
import { findFindings } from './find.ts';
import { adviseText } from './index.ts';
import { contextOf, runOf, serverOf } from './testing.ts';
import type { Finding, Language } from './types.ts';

const OWN = '2001:db8:1::100';
const SERVER: Partial<ServerVerdict> = {
  name: '[2001:db8::10]:3478',
  address: '2001:db8::10',
  otherAddress: { address: '2001:db8::20', port: 3479 },
};

const over6 = (line: string, more: Partial<RunVerdict> = {}, bindAddress = OWN): Finding[] => {
  const run = runOf(line, { publicAddresses: [OWN], servers: [serverOf(SERVER)], ...more });
  const ports = run.ports.map((port) => ({ ...port, family: 'ipv6' as const }));
  return findFindings({ ...run, ports }, contextOf(run, { bindAddress }));
};

const textOf = (found: readonly Finding[], language: Language): string => {
  const { title, steps } = adviseText(found[0] as Finding, language);
  return [title, ...steps].join('\n');
};

describe('where nothing is translated, the advice is about a firewall', () => {
  it.each([
    ['9000,9002 open; 9001 closed not-forwarded', 'not-forwarded'],
    ['5060,9000-9009 closed not-forwarded', 'nothing-forwarded'],
    ['5060 open; 9000-9009 closed not-forwarded', 'media-range-missing'],
    ['9000-9009 open; 9010 closed not-forwarded', 'range-ends-early'],
    ['9000-9009 open; 9010-9019 closed not-forwarded', 'range-ends-early'],
    ['9000 closed not-forwarded; 9001-9009 open', 'range-starts-late'],
    ['9000-9001 closed not-forwarded; 9002-9009 open', 'range-starts-late'],
    ['9000 closed works-by-accident', 'works-by-accident'],
    ['9000-9001 closed works-by-accident', 'works-by-accident'],
    ['9000 closed address-restricted', 'address-restricted'],
    ['9000-9001 closed address-restricted', 'address-restricted'],
    ['9000 no-answer', 'no-answer'],
    ['tcp/5061 closed not-forwarded', 'not-forwarded'],
  ])('%s', (line, code) => {
    const found = over6(line);
    expect(found[0]?.code).toBe(code);
    const [english, german] = [textOf(found, 'en'), textOf(found, 'de')];
    expect(english).toMatch(/In the router's firewall, (admit inbound|extend the rule)/);
    expect(english).toContain(OWN);
    expect(english).not.toMatch(/(?<!needs to be )\bforward|Forwarding|same number|LAN/);
    expect(german).toMatch(/in der Firewall des Routers/);
    expect(german).not.toMatch(/Leiten Sie|leitet|Weiterleitung|denselben Port|LAN/);
  });

  it.each<[code: 'range-ends-early' | 'range-starts-late', facts: Finding['facts'], says: RegExp]>([
    [
      'range-ends-early',
      { lastOpen: 9020, firstClosed: 9040 },
      /extend the rule that ends between 9020 and 9040: inbound/,
    ],
    ['range-starts-late', { firstOpen: 9040, lastClosed: 9020 }, /rule that begins between 9020 and 9040: inbound/],
  ])('%s, in a sample', (code, facts, says) => {
    const [example] = over6('9000 closed not-forwarded; 9001 open');
    const found = [
      { ...example, code, facts: { ...example?.facts, rangeFrom: 9000, rangeTo: 9099, ...facts } } as Finding,
    ];
    expect(textOf(found, 'en')).toMatch(says);
    expect(textOf(found, 'de')).toMatch(/in der Firewall des Routers/);
  });

  it('over IPv4, too', () => {
    const run = runOf('5060,9000-9009 closed not-forwarded', { publicAddresses: ['203.0.113.44'] });
    const behind = (bindAddress: string) => textOf(findFindings(run, contextOf(run, { bindAddress })), 'en');
    expect(behind('203.0.113.44')).toContain("In the router's firewall, admit inbound UDP 5060, 9000-9009");
    expect(behind('192.168.0.100')).toContain('In the router, forward UDP 5060, 9000-9009');
  });
});

describe('another prefix', () => {
  const codes = (found: readonly Finding[]) => found.map(({ code }) => code);

  it('is told, with both addresses', () => {
    const found = over6('9000 open', { publicAddresses: ['2001:db8:3::100'] });
    expect(codes(found)).toEqual(['prefix-translated']);
    expect(textOf(found, 'en')).toContain(`${OWN} to 2001:db8:3::100`);
  });

  it.each<[string, Partial<RunVerdict>, string]>([
    ['the address is the same', {}, OWN],
    ['nothing is known of it', { publicAddresses: [] }, OWN],
    ['several are seen, and one is our own', { publicAddresses: ['2001:db8:3::100', OWN] }, OWN],
    ['our own is not known', { publicAddresses: ['2001:db8:3::100'] }, '::'],
  ])('is not, where %s', (_, more, bindAddress) => {
    expect(codes(over6('9000 open', more, bindAddress))).toEqual([]);
  });

  it('is not, where a translator between the families is in between, nor over IPv4', () => {
    expect(codes(over6('9000 untested wrong-family', { publicAddresses: ['203.0.113.44'] }))).toEqual(['wrong-family']);
    const run = runOf('9000 open');
    expect(codes(findFindings(run, contextOf(run)))).toEqual([]);
  });
});

describe('a server of the other family', () => {
  const idle = (more: Partial<ServerVerdict>[]): Finding[] =>
    over6('9000 untested', {
      verdict: 'inconclusive',
      publicAddresses: [],
      servers: more.map((one) => serverOf({ ...SERVER, otherAddress: null, ...one })),
    });

  it('has a name, but no such address', () => {
    const nameless = { name: 'stun.example:3479', address: null, state: 'unresolvable', detail: 'no-address' } as const;
    const found = idle([nameless]);
    expect(found.map(({ code, ports }) => [code, ports])).toEqual([['server-other-family', ['udp/9000']]]);
    expect(textOf(found, 'en')).toContain('has no IPv6 address');
    expect(textOf(found, 'en')).toContain('"nslookup -type=AAAA stun.example"');
    expect(textOf(found, 'en')).toContain('over IPv4: give the option -4');
  });

  it('is not asked from a machine without the family, which is said once', () => {
    const outside = { state: 'unreachable', detail: 'no-family' } as const;
    const found = idle([outside, { ...outside, name: '[2001:db8::11]' }]);
    expect(found.map(({ code, ports }) => [code, ports])).toEqual([['host-without-family', ['udp/9000']]]);
  });

  it('behind a translator is not told to want a second address', () => {
    const translated = serverOf({ ...SERVER, state: 'no-second-address', detail: 'wrong-family' });
    const found = over6('9000-9001 untested wrong-family; tcp/5061 untested wrong-family', { servers: [translated] });
    expect([...new Set(found.map(({ code }) => code))]).toEqual(['wrong-family']);
  });

  it('is named as it was typed, and its address once', () => {
    const [found] = idle([{ state: 'unreachable' }]);
    const title = (server: string) => found && adviseText(found, 'en', { server }).title;
    expect(title('[2001:db8::10]:3478')).toBe('Server [2001:db8::10]:3478 does not answer.');
    expect(title('[2001:db8::10]')).toBe('Server [2001:db8::10]:3478 does not answer.');
    expect(title('2001:db8::10')).toBe('Server [2001:db8::10]:3478 does not answer.');
    expect(title('stun.example')).toBe('Server stun.example ([2001:db8::10]:3478) does not answer.');
  });

  it('is asked for by its name or address alone', () => {
    const [found] = idle([{ name: '[2001:db8::10]:3478', address: null, state: 'unresolvable', detail: 'refused' }]);
    expect(found?.facts['host']).toBe('2001:db8::10');
  });
});
