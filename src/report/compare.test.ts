import { describe, expect, it } from 'vitest';
import type { Report } from './contract.ts';
import { compareReports, redact, renderComparison, renderComparisonJson } from './index.ts';
import { EVERYTHING, reportOf } from './test-reports.ts';

const PLAIN = { columns: 80, colour: false, verbose: false };

const BEFORE = reportOf('5060 open; 9000-9099 closed not-forwarded; 9100-9109 open; tcp/5061 open');
const AFTER: Report = {
  ...reportOf('5060 open; 9000-9099 open; 9100-9109 open; tcp/5061 closed rejected'),
  startedAt: '2026-11-22T10:00:00.000Z',
};

const changed = (before: Report, after: Report) => {
  const comparison = compareReports(before, after);
  if (!comparison) throw new Error('they have ports in common');
  return comparison;
};

describe('two reports', () => {
  it('of which the second says the same are the same, however long it took', () => {
    const again: Report = {
      ...BEFORE,
      startedAt: '2026-12-24T18:00:00.000Z',
      durationMs: 1,
      version: '9.9.9',
      loss: { sent: 10, answered: 1 },
      ports: BEFORE.ports.toReversed().map(({ tookMs: _, rule: __, ...port }) => port),
      servers: BEFORE.servers.toReversed(),
      findings: [],
    };
    expect(changed(BEFORE, again)).toMatchObject({ changed: false, comparedPorts: 112, facts: [], ports: [] });
    expect(renderComparison(changed(BEFORE, again), 'en', PLAIN)).toBe(
      'Nothing changed; 112 ports are in both reports.\n  From 2026-11-20 09:47 UTC to 2026-12-24 18:00 UTC\n',
    );
  });

  it('differ by the cause alone, by protocol, and most ports first', () => {
    const before = reportOf('5060 closed not-forwarded; 9000-9002 closed not-forwarded; tcp/5060 closed not-forwarded');
    const after = reportOf('5060 closed host-firewall; 9000-9002 closed shifted; tcp/5060 closed host-firewall');
    expect(
      changed(before, after).ports.map(({ ports, before: was, after: is }) => [ports, was.cause, is.cause]),
    ).toEqual([
      [['udp/9000-9002'], 'not-forwarded', 'shifted'],
      [['udp/5060'], 'not-forwarded', 'host-firewall'],
      [['tcp/5060'], 'not-forwarded', 'host-firewall'],
    ]);
  });

  it('differ by why a certificate was not shown', () => {
    const because = (why: 'not-tls' | 'refused'): Report => ({
      ...BEFORE,
      certificates: [{ port: 5061, hostName: null, faults: [], certificate: null, failure: { why, code: 'ERR' } }],
    });
    expect(changed(because('not-tls'), because('refused')).facts).toEqual([
      { what: 'certificates', before: ['tcp/5061: not-tls'], after: ['tcp/5061: refused'] },
    ]);
  });

  it('differ by ranges, results and causes', () => {
    expect(changed(BEFORE, AFTER).ports).toEqual([
      {
        ports: ['udp/9000-9099'],
        count: 100,
        before: { result: 'closed', cause: 'not-forwarded' },
        after: { result: 'open', cause: null },
      },
      {
        ports: ['tcp/5061'],
        count: 1,
        before: { result: 'open', cause: null },
        after: { result: 'closed', cause: 'rejected' },
      },
    ]);
  });

  it('say so in both languages', () => {
    const text = renderComparison(changed(BEFORE, AFTER), 'en', PLAIN);
    expect(text).toContain('Something changed; 112 ports are in both reports.');
    expect(text).toContain('UDP 9000-9099 (100 ports): closed (not-forwarded), now open');
    expect(text).toContain('TCP 5061: open, now closed (rejected)');
    expect(renderComparison(changed(BEFORE, AFTER), 'de', PLAIN)).toContain(
      'UDP 9000-9099 (100 Ports): geschlossen (not-forwarded), jetzt offen',
    );
  });

  it.each<[string, Partial<Report>, object]>([
    ['verdict', { verdict: 'inconclusive' }, { before: ['unsupported'], after: ['inconclusive'] }],
    ['reason', { reason: null }, { before: ['some-ports'], after: [] }],
    ['publicAddresses', { publicAddresses: ['198.51.100.7'] }, { after: ['198.51.100.7'] }],
    ['servers', { servers: [] }, { after: [] }],
    ['nats', { router: { ...router(BEFORE), nats: 'double-nat' } }, { before: ['carrier-nat'], after: ['double-nat'] }],
    ['wanAddress', { router: { ...router(BEFORE), wanAddress: null } }, { before: ['100.64.9.9'], after: [] }],
    ['certificates', { certificates: [] }, { after: [] }],
    ['family', { ports: BEFORE.ports.map((port) => ({ ...port, family: 'ipv6' as const })) }, { after: ['ipv6'] }],
    [
      'sourcePorts',
      { ports: BEFORE.ports.map((port) => ({ ...port, mapped: port.mapped && '203.0.113.44:1' })) },
      { before: ['preserved'], after: ['rewritten'] },
    ],
  ])('differ in %s', (what, more, expected) => {
    const comparison = changed(BEFORE, { ...BEFORE, ...more });
    expect(comparison).toMatchObject({ changed: true, facts: [{ what, ...expected }], ports: [] });
    for (const language of ['en', 'de'] as const)
      expect(renderComparison(comparison, language, PLAIN)).not.toMatch(/compare\.|undefined|…/);
  });

  it('over other ports are compared where both speak, and say where not', () => {
    const other = reportOf('5060 open; 9050-9199 open');
    const comparison = changed(BEFORE, { ...other, verdict: BEFORE.verdict, reason: BEFORE.reason });
    expect(comparison).toMatchObject({
      comparedPorts: 61,
      onlyInFirst: ['udp/9000-9049', 'tcp/5061'],
      onlyInSecond: ['udp/9110-9199'],
    });
    const text = renderComparison(comparison, 'en', PLAIN);
    for (const part of [
      'different ports',
      'only in the first: UDP 9000-9049 (50 ports)',
      'only in the second: UDP 9110-9199',
    ])
      expect(text).toContain(part);
  });

  it('a verdict that needs no reason has none, which is known', () => {
    const repaired = changed(reportOf('5060,5061 closed not-forwarded'), reportOf('5060,5061 open'));
    expect(renderComparison(repaired, 'en', PLAIN)).toContain('Reason: some ports, now none\n');
    expect(renderComparison(repaired, 'de', PLAIN)).toContain('Grund: manche Ports, jetzt keiner\n');
  });

  it('without a port in common cannot be compared', () => {
    expect(compareReports(reportOf('5060 open'), reportOf('tcp/5060 open'))).toBeNull();
  });

  it('make a short text, harmless to a terminal, however much changed', () => {
    const said = '\u001b[2J\u202e=1';
    const worst = Array.from({ length: 60 }, (_, n) => `${9000 + n} ${n % 2 ? 'open' : 'closed not-forwarded'}`).join(
      '; ',
    );
    const text = renderComparison(
      changed(reportOf(EVERYTHING), reportOf(`${worst}; 5060-5065 no-answer`, said)),
      'de',
      PLAIN,
    );
    expect(text.split('\n').length).toBeLessThanOrEqual(41);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(text).toMatch(/^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]*$/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('as JSON are what was found', () => {
    const comparison = changed(BEFORE, AFTER);
    expect(JSON.parse(renderComparisonJson(comparison))).toEqual(comparison);
    expect(comparison.schema).toBe('fullcone.comparison/1');
  });

  it('may be redacted', () => {
    expect(changed(redact(BEFORE), redact(AFTER)).ports).toEqual(changed(BEFORE, AFTER).ports);
  });
});

function router({ router: found }: Report): NonNullable<Report['router']> {
  if (!found) throw new Error('it was asked');
  return found;
}
