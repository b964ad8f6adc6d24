import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FINDING_CODES, findFindings, type Holder } from '../advice/index.ts';
import { contextOf, runOf, serverOf } from '../advice/testing.ts';
import type { RunVerdict } from '../verdict/index.ts';
import { buildReport, type ReportMeta } from './build.ts';
import type { Report } from './contract.ts';
import { renderText } from './text.ts';

function reportOf(run: RunVerdict, more: Partial<ReportMeta> = {}): Report {
  const meta: ReportMeta = {
    version: '0.1.0',
    startedAt: new Date('2026-11-20T09:47:12.345Z'),
    durationMs: 16_200,
    mode: 'bind',
    bindAddress: '192.168.0.100',
    plannedPorts: run.ports.length,
    loss: { sent: 400, answered: 400 },
    holders: new Map(),
    ...more,
  };
  const { plannedPorts, holders } = meta;
  return buildReport(run, findFindings(run, contextOf(run, { plannedPorts, holders })), meta);
}

const plain = { columns: 80, colour: false, verbose: false };
const inEnglish = (report: Report): string => renderText(report, 'en', plain);
const inGerman = (report: Report): string => renderText(report, 'de', plain);

describe('all is well', () => {
  const report = reportOf(runOf('5060,9000-10999 open'), { durationMs: 4_600 });

  it('says so in few words', () =>
    expect(inEnglish(report)).toMatchInlineSnapshot(`
      "Supported: All 2,001 ports are open, one to one.
        2,001 UDP ports of 192.168.0.100 checked in 5 s, 2026-11-20 09:47 UTC
        Public address 203.0.113.44, server stun.example (198.51.100.10:3478)

      Results
        open  2,001  5060, 9000-10999
      "
    `));
  it('says so in German', () =>
    expect(inGerman(report)).toMatchInlineSnapshot(`
      "Unterstützt: Alle 2.001 Ports sind offen, eins zu eins.
        2.001 UDP-Ports von 192.168.0.100 in 5 s geprüft, 2026-11-20 09:47 UTC
        Öffentliche Adresse 203.0.113.44, Server stun.example (198.51.100.10:3478)

      Ergebnisse
        offen  2.001  5060, 9000-10999
      "
    `));
});

test("the router's own address is called so, where it is the one that is seen", () => {
  const told = { gateway: '192.168.0.1', wanAddress: '203.0.113.44', by: 'upnp', reason: null, rule: 'x' } as const;
  const own = reportOf(runOf('5060 open'), { router: { ...told, nats: 'one-nat' } });
  expect(inEnglish(own)).toContain("Public address 203.0.113.44, the router's own, server");
  expect(inGerman(own)).toContain('Öffentliche Adresse 203.0.113.44, die eigene des Routers, Server');
  const other = reportOf(runOf('5060 open'), { router: { ...told, nats: 'other-public-address' } });
  expect(inEnglish(other)).toContain('Public address 203.0.113.44, server');
});

describe('the range rule ends too early, and a process holds a port', () => {
  const holders = new Map<string, Holder>([['udp/5061', { pid: 812, name: 'asterisk', unit: 'asterisk.service' }]]);
  const line = '5060,9000-9499 open; 5061 in-use process; 9500-10999 closed not-forwarded';
  const report = reportOf(runOf(line), { holders });

  it('names the last open port', () =>
    expect(inEnglish(report)).toMatchInlineSnapshot(`
      "Unsupported: Forwarding ends after port 9499; 9500 to 10999 let nothing in.
        2,002 UDP ports of 192.168.0.100 checked in 16 s, 2026-11-20 09:47 UTC
        Public address 203.0.113.44, server stun.example (198.51.100.10:3478)

      Error  UDP 9500-10999 (1,500 ports), range-ends-early
        Calls that use one of these ports have sound in one direction only, or none.
        1. In the router, extend the rule that ends at 9499: UDP 9000-10999 to
           192.168.0.100, each port to the same number.
        2. If it does reach 10999: look for another rule, or a firewall, that takes
           UDP 9500-10999 away.
        3. See which sources the rule admits; one for your provider's addresses only
           looks the same from here. To tell, add 198.51.100.10, 198.51.100.20 to it
           and check again.
        4. Flush the router's old states for 192.168.0.100, or restart it; calls in
           progress may drop. Then check again, with --no-wait.

      Warning  UDP 5061, process
        Port 5061 is held by asterisk (process 812, asterisk.service), so it could not
        be tested.
        This is no fault if it is the PBX itself; whether the ports are forwarded is
        not known.
        1. On Linux it can be tested as it is, with nothing stopped: check again with
           --mode live, as root (sudo).
        2. Else, if it belongs to the PBX: --mode exclusive stops its service for the
           check, and starts it again; calls are impossible meanwhile.
        3. If not: end it, or give it other ports than the PBX's (5061).

      More about it: fullcone explain range-ends-early
      For your own router: --output report.json, then "fullcone advise report.json".

      Results
        open      501  5060, 9000-9499
        closed  1,500  9500-10999
        in use      1  5061
      "
    `));
  it('names it in German', () =>
    expect(inGerman(report)).toMatchInlineSnapshot(`
      "Nicht unterstützt: Die Weiterleitung endet nach Port 9499; 9500 bis 10999 lassen
      nichts herein.
        2.002 UDP-Ports von 192.168.0.100 in 16 s geprüft, 2026-11-20 09:47 UTC
        Öffentliche Adresse 203.0.113.44, Server stun.example (198.51.100.10:3478)

      Fehler  UDP 9500-10999 (1.500 Ports), range-ends-early
        Gespräche über einen dieser Ports haben Ton nur in eine Richtung oder gar
        keinen.
        1. Erweitern Sie im Router die Regel, die bei 9499 endet: UDP 9000-10999 an
           192.168.0.100, jeden Port auf denselben Port.
        2. Reicht sie schon bis 10999, suchen Sie eine andere Regel oder eine
           Firewall, die UDP 9500-10999 abfängt.
        3. Sehen Sie nach, welche Quellen die Regel zulässt; eine Regel nur für die
           Adressen Ihres Anbieters sieht von hier genauso aus. Tragen Sie zur Probe
           198.51.100.10, 198.51.100.20 mit ein, und prüfen Sie erneut.
        4. Löschen Sie im Router die alten Verbindungen (States, Sessions) von
           192.168.0.100, oder starten Sie ihn neu; laufende Gespräche können
           abbrechen. Prüfen Sie dann erneut, mit --no-wait.

      Warnung  UDP 5061, process
        Port 5061 ist von asterisk (Prozess 812, asterisk.service) belegt und konnte
        nicht geprüft werden.
        Ist es die Telefonanlage selbst, ist das kein Fehler; ob die Ports
        weitergeleitet sind, ist nicht bekannt.
        1. Unter Linux lässt sich das prüfen, ohne etwas anzuhalten: Prüfen Sie noch
           einmal mit --mode live, als root (sudo).
        2. Sonst, wenn der Prozess zur Anlage gehört: --mode exclusive stoppt dessen
           Dienst für die Prüfung und startet ihn wieder; solange sind keine Anrufe
           möglich.
        3. Wenn nicht: Beenden Sie ihn, oder geben Sie ihm andere Ports als die der
           Anlage (5061).

      Mehr dazu: fullcone explain range-ends-early
      Für Ihren Router: --output report.json, dann „fullcone advise report.json“.

      Ergebnisse
        offen          501  5060, 9000-9499
        geschlossen  1.500  9500-10999
        belegt           1  5061
      "
    `));
});

describe('nothing is forwarded', () => {
  const report = reportOf(runOf('5060,9000-10999 closed not-forwarded', { reason: 'all-ports' }), {
    durationMs: 192_000,
    loss: { sent: 400, answered: 388 },
  });

  it('is one finding', () =>
    expect(inEnglish(report)).toMatchInlineSnapshot(`
      "Unsupported: None of 2,001 ports lets anything in; no forward reaches the PBX.
        2,001 UDP ports of 192.168.0.100 checked in 3 min 12 s, 2026-11-20 09:47 UTC
        Public address 203.0.113.44, server stun.example (198.51.100.10:3478), 3% of
        the control packets lost

      Error  UDP 5060, 9000-10999 (2,001 ports), nothing-forwarded
        Incoming calls do not arrive, and calls have sound in one direction only, or
        none.
        1. In the router, forward UDP 5060, 9000-10999 to 192.168.0.100, each port to
           the same number.
        2. If that rule exists: see that it is on, that it leads to 192.168.0.100 and
           no other host, and that no second router (the provider's box) stands in
           front.
        3. See which sources the rule admits; one for your provider's addresses only
           looks the same from here. To tell, add 198.51.100.10, 198.51.100.20 to it
           and check again.
        4. Admit these ports in the firewalls behind the router too, the PBX's own
           included.
        5. Flush the router's old states for 192.168.0.100, or restart it; calls in
           progress may drop. Then check again, with --no-wait.

      More about it: fullcone explain nothing-forwarded
      For your own router: --output report.json, then "fullcone advise report.json".

      Results
        closed  2,001  5060, 9000-10999
      "
    `));
  it('is one in German', () =>
    expect(inGerman(report)).toMatchInlineSnapshot(`
      "Nicht unterstützt: Keiner von 2.001 Ports lässt etwas herein; keine
      Weiterleitung erreicht die Anlage.
        2.001 UDP-Ports von 192.168.0.100 in 3 min 12 s geprüft, 2026-11-20 09:47 UTC
        Öffentliche Adresse 203.0.113.44, Server stun.example (198.51.100.10:3478),
        3 % der Kontrollpakete verloren

      Fehler  UDP 5060, 9000-10999 (2.001 Ports), nothing-forwarded
        Eingehende Anrufe kommen nicht an, und Gespräche haben Ton nur in eine
        Richtung oder gar keinen.
        1. Leiten Sie im Router UDP 5060, 9000-10999 an 192.168.0.100 weiter, jeden
           Port auf denselben Port.
        2. Gibt es diese Regel schon, prüfen Sie, ob sie eingeschaltet ist, ob sie zu
           192.168.0.100 und keinem anderen Gerät führt, und ob kein zweiter Router
           (die Box des Anbieters) davorsteht.
        3. Sehen Sie nach, welche Quellen die Regel zulässt; eine Regel nur für die
           Adressen Ihres Anbieters sieht von hier genauso aus. Tragen Sie zur Probe
           198.51.100.10, 198.51.100.20 mit ein, und prüfen Sie erneut.
        4. Lassen Sie diese Ports auch in Firewalls hinter dem Router zu, in der
           eigenen der Telefonanlage ebenso.
        5. Löschen Sie im Router die alten Verbindungen (States, Sessions) von
           192.168.0.100, oder starten Sie ihn neu; laufende Gespräche können
           abbrechen. Prüfen Sie dann erneut, mit --no-wait.

      Mehr dazu: fullcone explain nothing-forwarded
      Für Ihren Router: --output report.json, dann „fullcone advise report.json“.

      Ergebnisse
        geschlossen  2.001  5060, 9000-10999
      "
    `));
});

describe('forwarded, but outbound ports are changed', () => {
  const report = reportOf(runOf('5060,9000-10999 translated source-port-rewritten', { reason: 'all-ports' }));

  it('asks for static ports', () =>
    expect(inEnglish(report)).toMatchInlineSnapshot(`
      "Unsupported: Inbound is right, but outbound the router changes 2,001 ports; 5060
      left as 55420.
        2,001 UDP ports of 192.168.0.100 checked in 16 s, 2026-11-20 09:47 UTC
        Public address 203.0.113.44, server stun.example (198.51.100.10:3478)

      Error  UDP 5060, 9000-10999 (2,001 ports), source-port-rewritten
        Providers answer to changed ports, which close after a pause; incoming calls
        get lost, and sound goes in one direction only.
        1. In the router's outbound NAT, add a rule for UDP with source 192.168.0.100
           that keeps the source port ("static port", "preserve port"), above the
           general rule.
        2. Leave the forwards of UDP 5060, 9000-10999 as they are.
        3. Flush the router's old states for 192.168.0.100, or restart it; calls in
           progress may drop. Then check again, with --no-wait.

      More about it: fullcone explain source-port-rewritten
      For your own router: --output report.json, then "fullcone advise report.json".

      Results
        translated  2,001  5060, 9000-10999
      "
    `));
  it('asks for them in German', () =>
    expect(inGerman(report)).toMatchInlineSnapshot(`
      "Nicht unterstützt: Eingehend stimmt alles, ausgehend aber ändert der Router
      2.001 Ports; aus 5060 wurde 55420.
        2.001 UDP-Ports von 192.168.0.100 in 16 s geprüft, 2026-11-20 09:47 UTC
        Öffentliche Adresse 203.0.113.44, Server stun.example (198.51.100.10:3478)

      Fehler  UDP 5060, 9000-10999 (2.001 Ports), source-port-rewritten
        Anbieter antworten an geänderte Ports, die sich nach einer Pause schließen;
        eingehende Anrufe gehen verloren, Ton geht nur in eine Richtung.
        1. Legen Sie im ausgehenden NAT des Routers über der allgemeinen Regel eine
           für UDP mit Quelle 192.168.0.100 an, die den Quellport beibehält ("Static
           Port", "Preserve Port").
        2. Lassen Sie die Weiterleitungen von UDP 5060, 9000-10999, wie sie sind.
        3. Löschen Sie im Router die alten Verbindungen (States, Sessions) von
           192.168.0.100, oder starten Sie ihn neu; laufende Gespräche können
           abbrechen. Prüfen Sie dann erneut, mit --no-wait.

      Mehr dazu: fullcone explain source-port-rewritten
      Für Ihren Router: --output report.json, dann „fullcone advise report.json“.

      Ergebnisse
        umgesetzt  2.001  5060, 9000-10999
      "
    `));
});

describe('no server could be asked', () => {
  const server = serverOf({ state: 'unresolvable', address: null, otherAddress: null, detail: 'no-such-name' });
  const run = runOf('9000-10999 untested', {
    verdict: 'inconclusive',
    reason: 'dns',
    servers: [server],
    publicAddresses: [],
  });
  const report = reportOf(run, { durationMs: 310 });

  it('blames no port', () =>
    expect(inEnglish(report)).toMatchInlineSnapshot(`
      "Inconclusive: The name of server stun.example cannot be resolved.
        0 of 2,000 UDP ports of 192.168.0.100 checked in 1 s, 2026-11-20 09:47 UTC
        Public address unknown, server stun.example

      Error  UDP 9000-10999 (2,000 ports), server-unresolvable
        Nothing can be tested through this server. Calls are affected only if the PBX
        learns its public address there.
        1. See whether the name is spelt right, and whether the server still exists.
        2. On the PBX, run "nslookup stun.example". If other names fail too, repair
           the PBX's DNS settings.
        3. Or configure another STUN server of two addresses (RFC 5780).

      More about it: fullcone explain server-unresolvable

      Results
        untested  2,000  9000-10999
      "
    `));
  it('blames none in German', () =>
    expect(inGerman(report)).toMatchInlineSnapshot(`
      "Kein sicheres Ergebnis: Der Name des Servers stun.example lässt sich nicht
      auflösen.
        0 von 2.000 UDP-Ports von 192.168.0.100 in 1 s geprüft, 2026-11-20 09:47 UTC
        Öffentliche Adresse unbekannt, Server stun.example

      Fehler  UDP 9000-10999 (2.000 Ports), server-unresolvable
        Über diesen Server lässt sich nichts prüfen. Gespräche betrifft das nur, wenn
        die Anlage dort ihre öffentliche Adresse erfährt.
        1. Sehen Sie nach, ob der Name richtig geschrieben ist und ob es den Server
           noch gibt.
        2. Rufen Sie auf der Anlage "nslookup stun.example" auf. Scheitern auch andere
           Namen, berichtigen Sie deren DNS-Einstellungen.
        3. Oder tragen Sie einen anderen STUN-Server mit zwei Adressen ein (RFC 5780).

      Mehr dazu: fullcone explain server-unresolvable

      Ergebnisse
        ungeprüft  2.000  9000-10999
      "
    `));
});

describe('cancelled after some of it', () => {
  const report = reportOf(
    runOf('5060,9000-9499 open; 9500 closed not-forwarded; 9501-10999 untested', {
      verdict: 'cancelled',
      reason: null,
    }),
  );

  it('keeps what was found', () =>
    expect(inEnglish(report)).toMatchInlineSnapshot(`
      "Cancelled: The check was stopped after 502 of 2,001 ports; 1,499 ports are
      untested.
        502 of 2,001 UDP ports of 192.168.0.100 checked in 16 s, 2026-11-20 09:47 UTC
        Public address 203.0.113.44, server stun.example (198.51.100.10:3478)

      Error  UDP 9500, not-forwarded
        Nothing from outside gets in on port 9500; it is not forwarded, or a firewall
        stops it.
        Calls that use one of these ports have sound in one direction only, or none.
        1. In the router, forward UDP 9500 to 192.168.0.100, each port to the same
           number.
        2. If that rule exists: see that it is on, and that it leads to 192.168.0.100,
           not to another host.
        3. See which sources the rule admits; one for your provider's addresses only
           looks the same from here. To tell, add 198.51.100.10, 198.51.100.20 to it
           and check again.
        4. Admit these ports in the firewalls behind the router too, the PBX's own
           included.
        5. Flush the router's old states for 192.168.0.100, or restart it; calls in
           progress may drop. Then check again, with --no-wait.

      Warning  UDP 9501-10999 (1,499 ports), cancelled
        This says nothing about calls yet: the ports may be forwarded, or not.
        1. Check again, and let it finish.
        2. What was found out before the stop is in the results.

      More about it: fullcone explain not-forwarded
      For your own router: --output report.json, then "fullcone advise report.json".

      Results
        open        501  5060, 9000-9499
        closed        1  9500
        untested  1,499  9501-10999
      "
    `));
  it('keeps it in German', () =>
    expect(inGerman(report)).toMatchInlineSnapshot(`
      "Abgebrochen: Die Prüfung endete nach 502 von 2.001 Ports; 1.499 Ports sind
      ungeprüft.
        502 von 2.001 UDP-Ports von 192.168.0.100 in 16 s geprüft, 2026-11-20 09:47
        UTC
        Öffentliche Adresse 203.0.113.44, Server stun.example (198.51.100.10:3478)

      Fehler  UDP 9500, not-forwarded
        Auf Port 9500 kommt von außen nichts herein; er ist nicht weitergeleitet, oder
        eine Firewall sperrt ihn.
        Gespräche über einen dieser Ports haben Ton nur in eine Richtung oder gar
        keinen.
        1. Leiten Sie im Router UDP 9500 an 192.168.0.100 weiter, jeden Port auf
           denselben Port.
        2. Gibt es diese Regel schon, prüfen Sie, ob sie eingeschaltet ist und zu
           192.168.0.100 führt, nicht zu einem anderen Gerät.
        3. Sehen Sie nach, welche Quellen die Regel zulässt; eine Regel nur für die
           Adressen Ihres Anbieters sieht von hier genauso aus. Tragen Sie zur Probe
           198.51.100.10, 198.51.100.20 mit ein, und prüfen Sie erneut.
        4. Lassen Sie diese Ports auch in Firewalls hinter dem Router zu, in der
           eigenen der Telefonanlage ebenso.
        5. Löschen Sie im Router die alten Verbindungen (States, Sessions) von
           192.168.0.100, oder starten Sie ihn neu; laufende Gespräche können
           abbrechen. Prüfen Sie dann erneut, mit --no-wait.

      Warnung  UDP 9501-10999 (1.499 Ports), cancelled
        Über Gespräche sagt das noch nichts: Die Ports können weitergeleitet sein oder
        nicht.
        1. Prüfen Sie erneut, und lassen Sie die Prüfung zu Ende laufen.
        2. Was vor dem Abbruch gefunden wurde, steht bei den Ergebnissen.

      Mehr dazu: fullcone explain not-forwarded
      Für Ihren Router: --output report.json, dann „fullcone advise report.json“.

      Ergebnisse
        offen          501  5060, 9000-9499
        geschlossen      1  9500
        ungeprüft    1.499  9501-10999
      "
    `));
});

/** Every port its own stretch, every fourth another fault. */
const MESS = [
  ...['5060 closed not-forwarded', '5061 in-use process', '5062 in-use process', '5090 translated symmetric'],
  ...['9000 no-answer outbound-blocked', '9001 closed works-by-accident', '9002 closed shifted', '9003 malformed'],
  ...['9004 closed address-restricted', '9005 no-answer', '9006 closed', '9007 translated', '9008 untested loss'],
  ...[
    '9009 untested scan-protection',
    '9010 open taken-by-neighbour',
    '9011 untested',
    '9012 translated mapped-elsewhere',
  ],
];

describe('however much there is', () => {
  const many = Array.from(
    { length: 900 },
    (_, index) => `${10000 + index * 3} open; ${10001 + index * 3} closed not-forwarded`,
  );
  const mess = reportOf(
    runOf([...MESS, ...many].join(';'), {
      coldAsked: false,
      servers: [serverOf(), serverOf({ state: 'unreachable' })],
    }),
  );

  it.each([60, 72, 80, 100])('fits a screen of %i columns', (columns) => {
    for (const language of ['en', 'de'] as const) {
      const lines = renderText(mess, language, { ...plain, columns })
        .trimEnd()
        .split('\n');
      expect(lines.length).toBeLessThanOrEqual(40);
      expect(lines.length).toBeGreaterThan(25);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });

  it('says what it leaves out', () => {
    expect(inEnglish(mess)).toMatch(/^\d+ more findings are in the JSON report\.$/m);
    expect(inEnglish(mess)).toMatch(/closed +\d+ {2}5060, .* and 8\d\d more ranges$/m);
  });

  it('leaves out nothing where all is asked for', () => {
    const lines = renderText(mess, 'en', { ...plain, verbose: true }).split('\n');
    expect(lines.filter((line) => /^ {2} ?\d{4,5} {2}\w/.test(line))).toHaveLength(mess.ports.length);
    expect(lines.filter((line) => /^(Error|Warning|Note) /.test(line))).toHaveLength(mess.findings.length);
    expect(lines).toContain('   5060  closed      not-forwarded       203.0.113.44:5060');
  });

  it('leaves no line wider than the screen where every port is listed', () => {
    for (const columns of [40, 60]) {
      const lines = renderText(mess, 'de', { ...plain, columns, verbose: true }).split('\n');
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
      expect(lines.filter((line) => /^ +\d{4,5} {2}\w/.test(line))).toHaveLength(mess.ports.length);
    }
  });

  it('shows every finding alone on a screen of 60 columns', () => {
    for (const code of FINDING_CODES) {
      const facts = {
        count: 1500,
        bindAddress: '192.168.100.100',
        server: 'a'.repeat(80),
        sources: '198.51.100.100, 198.51.100.200',
      };
      const ports = ['udp/5060', 'udp/9500-10000', 'udp/10500-10999', 'udp/11500', 'udp/12000'];
      const report: Report = { ...mess, verdict: 'unsupported', findings: [{ code, severity: 'error', ports, facts }] };
      for (const language of ['en', 'de'] as const)
        expect(renderText(report, language, { ...plain, columns: 60 }).split('\n').length).toBeLessThanOrEqual(41);
    }
  });

  it('is wrapped without losing a word', () => {
    const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 100 }), (columns) => {
        const report = reportOf(runOf('5060,9000-9499 open; 9500-10999 closed not-forwarded'));
        expect(words(renderText(report, 'de', { ...plain, columns }))).toEqual(words(inGerman(report)));
      }),
    );
  });
});

describe('text from outside', () => {
  const ESC = '\u001b';
  const hostile = [
    `${ESC}[2J${ESC}]0;owned\u0007name`,
    'two\nlines\r\tand more',
    'moc.live\u202egnp.exe\u2066',
    '\u009b31mred',
    'zero\u200bwidth\ufeff\u{e0041}',
    '\ud800half',
    `${'x'.repeat(300)}`,
  ];

  it.each(hostile)('%j cannot speak to the terminal', (name) => {
    const holders = new Map<string, Holder>([['udp/9000', { pid: 1, name, unit: name }]]);
    const unnamed = serverOf({ name, address: null, state: 'unresolvable' });
    for (const servers of [[serverOf({ name }), serverOf({ name, state: 'unreachable' })], [unnamed]]) {
      const run = runOf('9000-9001 in-use process; 9002 untested server-silent', { servers, publicAddresses: [name] });
      const report = reportOf(run, { holders, bindAddress: name });
      for (const language of ['en', 'de'] as const) {
        const text = renderText(report, language, { ...plain, verbose: true });
        expect(text).not.toMatch(/[^\P{C}\n]|\p{Zl}|\p{Zp}/u);
        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(220);
      }
    }
  });

  it('stays readable', () => {
    const holders = new Map<string, Holder>([
      ['udp/9000', { pid: 812, name: `${ESC}[31mMüllers  PBX\n(alt)`, unit: null }],
    ]);
    expect(inEnglish(reportOf(runOf('9000 in-use process'), { holders }))).toContain(
      'Port 9000 is held by [31mMüllers PBX (alt) (process 812)',
    );
  });
});

describe('colour', () => {
  const report = reportOf(runOf('5060 open; 9000-9009 closed not-forwarded'));
  const SGR = new RegExp(`${'\u001b'}\\[\\d+m`, 'g');

  it('is there only when it is asked for, and says nothing alone', () => {
    const coloured = renderText(report, 'en', { ...plain, colour: true });
    expect(coloured).toMatch(SGR);
    expect(coloured.replace(SGR, '')).toBe(inEnglish(report));
  });

  it('is off at the end of each line', () => {
    for (const line of renderText(report, 'en', { ...plain, colour: true }).split('\n')) {
      const codes = [...line.matchAll(/\[(\d+)m/g)].map(([, code]) => Number(code));
      const on = codes.filter((code) => code < 10 || (code >= 30 && code <= 37)).length;
      expect(on * 2).toBe(codes.length);
    }
  });
});

describe('the headline', () => {
  const first = (run: RunVerdict, more: Partial<ReportMeta> = {}) => inEnglish(reportOf(run, more)).split('\n')[0];

  it.each([
    [runOf('5060 open'), 'Supported: Port 5060 is open, one to one.'],
    [
      runOf('9000-9001 open', { coldAsked: false }),
      'Supported: All 2 ports are open, as far as the warm test can tell.',
    ],
    [
      runOf('9000-9001 open', { verdict: 'inconclusive', reason: 'permission' }),
      'Inconclusive: 2 of 2 ports are open.',
    ],
  ])('is a sentence', (run, expected) => {
    expect(first(run)).toBe(expected);
  });

  it('says that it was a sample', () => {
    expect(first(runOf('9000-9001 open'), { plannedPorts: 16385 })).toBe(
      'Supported: All 2 ports asked, of 16,385, are open, one to one.',
    );
  });

  it('speaks of the fault, not of a server that could not help', () => {
    const run = runOf('9000 translated', { servers: [serverOf({ state: 'basic' })] });
    expect(first(run)).toMatch(/^Unsupported: The router changes port 9000 on the way out/);
  });
});
