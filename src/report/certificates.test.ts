import { describe, expect, it } from 'vitest';
import { findFindings } from '../advice/index.ts';
import { certificateOf, contextOf, runOf } from '../advice/testing.ts';
import { buildReport } from './build.ts';
import { renderText } from './text.ts';

type Seen = ReturnType<typeof certificateOf>;

function textOf(certificates: readonly Seen[], language: 'en' | 'de' = 'en', columns = 80): string {
  const run = runOf('9000 open; tcp/443,5061 in-use process', { verdict: 'inconclusive', reason: 'ports-in-use' });
  const context = contextOf(run, { certificates, today: '2026-11-22' });
  const report = buildReport(run, findFindings(run, context), {
    version: '0.1.0',
    startedAt: new Date('2026-11-22T09:47:12.345Z'),
    durationMs: 1_000,
    mode: 'bind',
    bindAddress: '192.168.0.100',
    plannedPorts: 1,
    loss: { sent: 10, answered: 10 },
    holders: new Map(),
    certificates,
  });
  return renderText(report, language, { columns, colour: false, verbose: false });
}

const expired = { faults: ['expired', 'wrong-name'], daysLeft: -3 } as const;

describe('certificates', () => {
  it('are told below the results, once where ports show the same', () => {
    expect(textOf([certificateOf(443), certificateOf(5061)])).toMatch(
      `Certificates
  TCP 443, 5061: pbx.example.com, *.pbx.example.com, from R11 (Let's Encrypt),
  until 2027-01-30: valid for pbx.example.com
`,
    );
    expect(textOf([certificateOf(443, { hostName: null })])).toContain(
      '2027-01-30: trusted; --host-name compares its names, too\n',
    );
  });

  it('that are wrong are findings, after what explains results; the headline is not theirs', () => {
    expect(textOf([certificateOf(443, expired), certificateOf(5061, expired)])).toMatchInlineSnapshot(`
      "Inconclusive: 2 ports are in use on this machine, so they could not be tested.
        3 UDP and TCP ports of 192.168.0.100 checked in 1 s, 2026-11-22 09:47 UTC
        Public address 203.0.113.44, server stun.example (198.51.100.10:3478)

      Warning  TCP 443, 5061 (2 ports), process
        This is no fault if it is the PBX itself; whether the ports are forwarded is
        not known.
        1. Find who holds them: as root, "ss -ltnp" lists every process with its ports
           (Windows: "netstat -abn -p tcp").
        2. On Linux it can be tested as it is, with nothing stopped: check again with
           --mode live, as root (sudo).
        3. Else, if it is the PBX: --mode exclusive stops its services for the check,
           and starts them again; calls are impossible meanwhile.
        4. If not: end it, or give it other ports than the PBX's (443, 5061).

      Warning  TCP 443, 5061 (2 ports), certificate-expired
        The certificate on 2 ports expired on 2027-01-30.
        Phones, apps and trunks that check certificates do not connect there by TLS.
        1. Have its issuer, R11 (Let's Encrypt), renew it, and have the PBX load the
           new one; many do so only when they are restarted.
        2. If it was to be renewed by itself, see why it was not: a check over HTTP
           needs port 80 from outside.

      Warning  TCP 443, 5061 (2 ports), certificate-wrong-name
        The certificate on 2 ports is for pbx.example.com, *.pbx.example.com, not for
        pbx.example.com.
        Phones, apps and trunks that check certificates do not connect there by TLS.
        1. Have a certificate issued for pbx.example.com, and give it to the PBX.
        2. Or let phones, apps and trunks connect by a name that it holds:
           pbx.example.com, *.pbx.example.com.

      More about it: fullcone explain process

      Results
        open    1  UDP 9000
        in use  2  TCP 443, 5061

      Certificates
        TCP 443, 5061: pbx.example.com, *.pbx.example.com, from R11 (Let's Encrypt),
        until 2027-01-30: expired, for another name
      "
    `);
  });

  it('are told in German', () => {
    expect(textOf([certificateOf(5061, expired)], 'de')).toMatch(
      `Zertifikate
  TCP 5061: pbx.example.com, *.pbx.example.com, von R11 (Let's Encrypt), bis
  2027-01-30: abgelaufen, für einen anderen Namen
`,
    );
    expect(textOf([certificateOf(5061, expired)], 'de')).toContain('Warnung  TCP 5061, certificate-expired');
  });

  it('that are not shown are said to be so', () => {
    const look = { kind: 'failed', why: 'silent', code: 'ETIMEDOUT' } as const;
    const text = textOf([certificateOf(5061, { look, daysLeft: null })]);
    expect(text).toContain('  TCP 5061: none shown (ETIMEDOUT)\n');
    expect(text).toMatch(/Note +TCP 5061, certificate-unreadable/);
  });

  it('hold what others wrote, and do nothing to a terminal', () => {
    const [{ look }] = [certificateOf(5061)];
    const names = ['\u001b[2J\u202epbx', ...Array.from({ length: 99 }, (_, index) => `${index}.example`)];
    const evil =
      look.kind === 'shown' ? { ...look, certificate: { ...look.certificate, names, issuer: 'a\nb\u009b' } } : look;
    const text = textOf([certificateOf(5061, { ...expired, look: evil })]);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text).toContain('[2Jpbx, 0.example, 1.example ...');
  });

  it.each([40, 60, 100])('fit a screen of %i columns', (columns) => {
    const many = [443, 5001, 5061, 5081, 5161, 7443, 8089, 8443].map((port) =>
      certificateOf(port, { ...expired, hostName: `${port}.example` }),
    );
    const lines = textOf(many, 'de', columns).trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });
});
