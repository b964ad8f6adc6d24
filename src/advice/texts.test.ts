import { describe, expect, it } from 'vitest';
import type { ServiceTrouble } from '../evidence/index.ts';
import type { Opinion, RouterVerdict, RunVerdict, ServerState } from '../verdict/index.ts';
import { FINDING_CODES, type FindingCode } from './catalogue.ts';
import { findFindings } from './find.ts';
import { certificateOf, contextOf, runOf, serverOf } from './testing.ts';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };
import { adviseText, VARIANT_KEYS } from './texts.ts';
import type { Finding, Language } from './types.ts';

type Tree = string | readonly string[] | { readonly [key: string]: Tree };

/** `not-forwarded.title_one`, and its text; steps are one text each. */
function flatten(tree: Tree, path = ''): [string, string][] {
  if (typeof tree === 'string') return [[path, tree]];
  const entries = Object.entries(tree) as [string, Tree][];
  return entries.flatMap(([key, value]) => flatten(value, path === '' ? key : `${path}.${key}`));
}

const flat = { en: flatten(en), de: flatten(de) };
const placeholders = (text: string) =>
  [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))].sort();
const nested = (text: string) => [...text.matchAll(/\$t\(([^)]+)\)/g)].map(([, key]) => key ?? '');

describe('both languages', () => {
  it('have the same keys', () => {
    expect(flat.de.map(([key]) => key)).toEqual(flat.en.map(([key]) => key));
  });

  it('fill the same into each text, and refer to the same texts', () => {
    const holes = (texts: [string, string][]) => texts.map(([key, text]) => [key, placeholders(text), nested(text)]);
    expect(holes(flat.de)).toEqual(holes(flat.en));
  });

  it.each(FINDING_CODES)('know %s', (code) => {
    for (const texts of [en, de]) {
      const { title, title_one, title_other, meaning, steps } = texts[code] as Record<string, string | string[]>;
      expect(title ?? (title_one && title_other)).toBeTruthy();
      expect(meaning).toBeTruthy();
      expect(steps?.length).toBeGreaterThanOrEqual(2);
      expect(steps?.length).toBeLessThanOrEqual(5);
    }
  });

  it('hold no text that nobody uses', () => {
    const used = new Set(
      flat.en
        .flatMap(([, text]) => nested(text))
        .concat([
          'common.process',
          'common.processNamed',
          'common.lanAddress',
          'common.testServer',
          'common.moreRanges',
        ]),
    );
    const known = new Set<string>([...FINDING_CODES, ...VARIANT_KEYS]);
    const unused = flat.en
      .map(([key]) => key.replace(/(_firewall)?(_one|_other|_signalling|_media|_mixed|_tcp)?$/, ''))
      .filter((key) => !used.has(key) && !known.has(key.split('.')[0] ?? ''));
    expect(unused).toEqual([]);
  });

  it('ask for old states to be flushed wherever a rule of the router is to be changed', () => {
    const rule = /In the router, (forward|extend|open|look|admit outgoing UDP with)|common\.(forward|staticPort)/;
    const changing = FINDING_CODES.filter((code) => rule.test(en[code].steps.join(' ')));
    const unflushed = changing.filter((code) => en[code].steps.at(-1) !== '$t(common.flush)');
    expect(changing.length).toBeGreaterThan(10);
    expect(unflushed).toEqual([]);
  });
});

const pausedBy = (by: 'router' | 'outbound' | 'server', line: string, atMost: number | null): Finding[] => {
  const run = runOf(line, { pauses: [{ by, ports: 8, atLeast: 3_000, atMost }] });
  return findFindings(run, contextOf(run));
};

const opinion = (kind: Opinion['kind']): Finding[] =>
  [runOf('9000 open'), runOf('9000-9009 open')].flatMap((run) => {
    const opinions = [{ kind, server: 'b.example', first: 'a.example', ports: run.ports }];
    return findFindings({ ...run, opinions }, contextOf(run));
  });

const passedOn = (): Finding[] =>
  ['9000 untested passed-on', '9000-9001 untested passed-on', 'tcp/5061 untested passed-on'].flatMap((line) => {
    const run = runOf(line);
    const passedTo = { address: '172.17.0.2', port: 9000 };
    const told = { ...run, ports: run.ports.map((port) => ({ ...port, passedTo })) };
    return findFindings(told, contextOf(told));
  });

const uncalled = (called: string): Finding[] => {
  const run = runOf('9000 open; tcp/5060-5061 untested not-called-inside', { publicAddresses: [called] });
  return findFindings(run, contextOf(run));
};

const troubled = (what: ServiceTrouble, service: string | null): Finding[] => {
  const run = runOf('9000 untested');
  const failure = { step: 'failed', what, service, at: 0, failure: { kind: 'failed', lines: ['a', 'b'] } } as const;
  return findFindings(run, contextOf(run, { services: { services: [], failures: [failure] } }));
};

/** One run for each code. */
const EXAMPLES: Record<FindingCode, () => Finding[]> = {
  'service-not-started': () => troubled('start', 'sip.service'),
  'service-not-held': () => troubled('hold', 'sip.service'),
  'service-not-stopped': () => troubled('stop', 'sip.service'),
  'services-unguarded': () => troubled('guard', null),
  'server-unresolvable': () => of('9000-9001 untested', 'unresolvable'),
  'server-unreachable': () => [
    ...of('9000 untested', 'unreachable'),
    ...about({
      verdict: 'inconclusive',
      servers: [serverOf({ state: 'unreachable', detail: 'turned-back', turnedBack: BY_ROUTER })],
    }),
  ],
  'server-no-route': () =>
    about({
      verdict: 'inconclusive',
      servers: [serverOf({ state: 'unreachable', detail: 'ENETUNREACH' })],
    }),
  'host-without-family': () => outOfFamily('no-family'),
  'server-other-family': () => outOfFamily('no-address'),
  'wrong-family': () => [...ports('untested wrong-family'), ...tcp('untested wrong-family')],
  'prefix-translated': () => {
    const run = over6(runOf('9000 open', { publicAddresses: ['2001:db8:3::100'] }));
    return findFindings(run, contextOf(run, { bindAddress: '2001:db8:1::100' }));
  },
  trial: () => about({ publicAddresses: ['127.0.0.1'] }),
  'not-waited': () => findFindings(runOf('9000 open'), contextOf(runOf('9000 open'), { notWaited: 65 })),
  'server-malformed': () => [
    ...of('9000 untested', 'malformed'),
    ...['same-address', 'not-public', 'maps-elsewhere'].flatMap((detail) =>
      about({
        verdict: 'inconclusive',
        servers: [serverOf({ state: 'malformed', detail, otherAddress: { address: '10.0.0.1', port: 3479 } })],
      }),
    ),
  ],
  'answers-repeated': () => about({ servers: [serverOf({ detail: 'answers-repeated' })] }),
  'no-second-address': () => of('9000 untested', 'no-second-address'),
  'server-ignores-change-request': () => of('9000 untested', 'basic'),
  'server-throttling': () => [
    ...of('9000 untested', 'throttling'),
    ...about({ servers: [serverOf({ state: 'throttling', detail: 'asked-more-slowly' })] }),
  ],
  'server-inside': () =>
    about({ verdict: 'inconclusive', reason: 'server-inside', publicAddresses: ['192.168.0.100'] }),
  'carrier-nat': () => behindRouter('carrier-nat', '100.127.255.254'),
  'double-nat': () => behindRouter('double-nat', '192.168.178.120'),
  'unexpected-public-address': () => {
    const run = runOf('9000 open', { publicAddresses: ['203.0.113.144'] });
    return findFindings(run, contextOf(run, { publicAddresses: ['198.51.100.107'] }));
  },
  'other-public-address': () => behindRouter('other-public-address', '198.51.100.107'),
  'router-without-address': () => behindRouter(null, null),
  'random-source-ports': () => of('5060,9000-9009 translated symmetric'),
  'nothing-forwarded': () => of('5060,9000-9009 closed not-forwarded'),
  'media-range-missing': () => of('5060,5090 open; 9000-9009 closed not-forwarded'),
  'range-ends-early': () => [
    ...of('9000-9009 open; 9010-9019 closed not-forwarded'),
    ...of('9000-9009 open; 9010 closed not-forwarded'),
  ],
  'range-starts-late': () => [
    ...of('9000-9009 closed not-forwarded; 9010-9019 open'),
    ...of('9000 closed not-forwarded; 9001-9010 open'),
  ],
  'outbound-blocked': () => ports('no-answer outbound-blocked'),
  symmetric: () => [...of('5060 open; 9000-9001 translated symmetric'), ...of('9000 translated symmetric')],
  'source-port-rewritten': () => ports('translated source-port-rewritten'),
  'mapped-elsewhere': () => ports('translated mapped-elsewhere'),
  shifted: () => ports('closed shifted'),
  'not-forwarded': () => [
    ...of('9000,9002,9004 open; 9001,9003 closed not-forwarded'),
    ...of('5060 closed not-forwarded'),
    ...tcp('closed not-forwarded'),
  ],
  rejected: () => [...tcp('closed rejected'), ...turnedBack()],
  'host-firewall': () => [...ports('closed host-firewall'), ...ports('no-answer host-firewall')],
  'own-service-on-router': () => tcp('closed own-service-on-router'),
  'not-taken': () => tcp('untested not-taken'),
  'passed-on': () => passedOn(),
  'payload-dropped': () => tcp('malformed payload-dropped'),
  'not-called-inside': () => uncalled('192.168.0.100'),
  'no-call-back': () => tcp('untested no-call-back'),
  'tcp-left-out': () =>
    findFindings(runOf('9000 open'), contextOf(runOf('9000 open'), { tcpLeftOut: '5060-5061, 5090' })),
  'address-restricted': () => ports('closed address-restricted'),
  'accident-possible': () => ports('untested accident-possible'),
  'works-by-accident': () => ports('closed works-by-accident'),
  'no-answer': () => ports('no-answer'),
  translated: () => ports('translated'),
  closed: () => ports('closed'),
  malformed: () => ports('malformed'),
  cancelled: () => [
    ...cancelled('9000 open; 9001-9002 untested'),
    ...cancelled('9000 open; 9001 untested'),
    ...cancelled('9000 open'),
  ],
  process: () => [...ports('in-use process'), ...held('asterisk', 812), ...held('asterisk', null), ...held(null, 812)],
  'in-use': () => [...ports('in-use'), ...tcp('in-use')],
  permission: () => ports('untested permission'),
  'scan-protection': () => [
    ...ports('untested scan-protection'),
    ...pausedBy('router', '9000 untested scan-protection', null),
    ...pausedBy('router', '9000 untested scan-protection', 31_000),
  ],
  contradicted: () => opinion('contradicted'),
  confirmed: () => opinion('confirmed'),
  'taken-over': () => opinion('taken-over'),
  'paused-by-router': () => pausedBy('router', '9000 open', 31_000),
  'paused-by-outbound': () => pausedBy('outbound', '9000 open', 31_000),
  'paused-by-server': () => pausedBy('server', '9000 open', 4_000),
  'server-silent': () => ports('untested server-silent'),
  'throttled-by-server': () => [...ports('untested throttled-by-server'), ...tcp('untested throttled-by-server')],
  'different-public-address': () => ports('untested different-public-address'),
  loss: () => [...ports('untested loss'), ...about({ verdict: 'inconclusive', reason: 'loss' })],
  untested: () => ports('untested'),
  'taken-by-neighbour': () => [...ports('open taken-by-neighbour'), ...ports('untested taken-by-neighbour')],
  'certificate-expired': () => certificate({ faults: ['expired'] }),
  'certificate-not-yet-valid': () => certificate({ faults: ['not-yet-valid'] }),
  'certificate-wrong-name': () => certificate({ faults: ['wrong-name'] }),
  'certificate-self-signed': () => certificate({ faults: ['self-signed'] }),
  'certificate-chain-incomplete': () => certificate({ faults: ['chain-incomplete'] }),
  'certificate-untrusted': () => certificate({ faults: ['untrusted'] }),
  'certificate-weak': () => certificate({ faults: ['weak'], weakness: 'RSA 1024, SHA-1, TLSv1' }),
  'certificate-expires-soon': () => certificate({ faults: ['expires-soon'] }),
  'certificate-unreadable': () =>
    certificate({ look: { kind: 'failed', why: 'not-tls', code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, daysLeft: null }),
  'cold-not-asked': () => about({ coldAsked: false }),
  sampled: () => findFindings(runOf('9000 open'), contextOf(runOf('9000 open'), { plannedPorts: 16385 })),
};

const BY_ROUTER = { by: '192.168.0.1', type: 3, code: 13 };

const turnedBack = (): Finding[] =>
  ['9000 no-answer rejected', '5060,9000-9001 no-answer rejected'].flatMap((line) => {
    const run = runOf(line);
    const told = { ...run, ports: run.ports.map((port) => ({ ...port, turnedBack: BY_ROUTER })) };
    return findFindings(told, contextOf(told));
  });

/** On one port, and on two. */
const certificate = (more: Parameters<typeof certificateOf>[1]): Finding[] =>
  [[5061], [443, 5061]].flatMap((ports) => {
    const run = runOf('9000 open');
    const certificates = ports.map((port) => certificateOf(port, more));
    return findFindings(run, contextOf(run, { certificates, today: '2026-11-22' }));
  });

function of(line: string, state: ServerState = 'ok'): Finding[] {
  const run = runOf(line, state === 'ok' ? {} : { verdict: 'inconclusive', servers: [serverOf({ state })] });
  return findFindings(run, contextOf(run));
}

const over6 = (run: RunVerdict): RunVerdict => ({
  ...run,
  ports: run.ports.map((port) => ({ ...port, family: 'ipv6' })),
});

function outOfFamily(detail: string): Finding[] {
  const state = detail === 'no-address' ? 'unresolvable' : 'unreachable';
  const run = runOf('9000 untested', {
    verdict: 'inconclusive',
    servers: [serverOf({ state, detail, address: null })],
  });
  return [run, over6(run)].flatMap((one) => findFindings(one, contextOf(one)));
}

/** One, several, and SIP among them: every form of a text. */
const ports = (kind: string): Finding[] =>
  [`9000 ${kind}`, `9000-9001 ${kind}`, `5060 ${kind}`, `5060,9000-9009 ${kind}`].flatMap((line) => of(line));

const tcp = (kind: string): Finding[] => [`tcp/5061 ${kind}`, `tcp/5060-5061 ${kind}`].flatMap((line) => of(line));

const about = (more: Parameters<typeof runOf>[1]): Finding[] =>
  ['9000 open', '9000-9001 open'].map((line) => runOf(line, more)).flatMap((run) => findFindings(run, contextOf(run)));

function behindRouter(nats: RouterVerdict['nats'], wanAddress: string | null): Finding[] {
  const reason = nats === null ? 'no-address' : null;
  const router = { nats, reason, gateway: '192.168.100.1', wanAddress, by: 'upnp', rule: 'told' } as const;
  return ['9000 open', '9000 closed not-forwarded', '9000 open; 9001 closed not-forwarded', '9000 untested']
    .map((line) => runOf(line, { publicAddresses: ['203.0.113.144'] }))
    .flatMap((run) => findFindings(run, contextOf(run, { router })));
}

const cancelled = (line: string): Finding[] => {
  const run = runOf(line, { verdict: 'cancelled' });
  return findFindings(run, contextOf(run));
};

function held(name: string | null, pid: number | null): Finding[] {
  const run = runOf('9000-9001 in-use process');
  return findFindings(
    run,
    contextOf(run, { holders: new Map(run.ports.map(({ port }) => [`udp/${port}`, { name, pid, unit: null }])) }),
  );
}

describe.each<Language>(['en', 'de'])('in %s', (language) => {
  it.each(FINDING_CODES)('nothing is left out of %s', (code) => {
    const findings = EXAMPLES[code]().filter((finding) => finding.code === code);
    expect(findings).not.toEqual([]);
    for (const finding of findings) {
      const { title, meaning, steps } = adviseText(finding, language);
      const sentences = [title, meaning, ...steps];
      for (const sentence of sentences) {
        expect(sentence).toMatch(/^[\p{Lu}\d„"].*[.?)]$/u);
        // No placeholder without a value, no key without a text, no reference that was not followed.
        expect(sentence).not.toMatch(/\{\{|\}\}|\$t\(|undefined|NaN|…|^[\w-]+\.\w+$/);
      }
      expect(title.length).toBeLessThanOrEqual(140);
    }
  });
});

it('whom a reflector must not call, it does not call later either', () => {
  const advice = (findings: readonly Finding[]) => findings.map((one) => adviseText(one, 'en').steps.join(' '))[0];
  expect(advice(uncalled('192.168.0.100'))).toMatch(/192\.168\.0\.100.*--lab/);
  expect(advice(tcp('untested throttled-by-server'))).toMatch(/^A reflector calls 1,024 TCP ports.*in an hour/);
});

describe('a text', () => {
  const [finding] = of('9000-9499 open; 9500-10999 closed not-forwarded');
  const closed = of('9001,9003,9005,9007,9009,9011 closed not-forwarded; 9000,9002,9004,9006,9008,9010,9012 open')[0];

  it('names causes, ports and addresses', () => {
    expect(finding && adviseText(finding, 'en')).toMatchInlineSnapshot(`
      {
        "meaning": "Calls that use one of these ports have sound in one direction only, or none.",
        "steps": [
          "In the router, extend the rule that ends at 9499: UDP 9000-10999 to 192.168.0.100, each port to the same number.",
          "If it does reach 10999: look for another rule, or a firewall, that takes UDP 9500-10999 away.",
          "See which sources the rule admits; one for your provider's addresses only looks the same from here. To tell, add 198.51.100.10, 198.51.100.20 to it and check again.",
          "Flush the router's old states for 192.168.0.100, or restart it; calls in progress may drop. Then check again, with --no-wait.",
        ],
        "title": "Forwarding ends after port 9499; 9500 to 10999 let nothing in.",
      }
    `);
  });

  it('names them in German', () => {
    expect(finding && adviseText(finding, 'de')).toMatchInlineSnapshot(`
      {
        "meaning": "Gespräche über einen dieser Ports haben Ton nur in eine Richtung oder gar keinen.",
        "steps": [
          "Erweitern Sie im Router die Regel, die bei 9499 endet: UDP 9000-10999 an 192.168.0.100, jeden Port auf denselben Port.",
          "Reicht sie schon bis 10999, suchen Sie eine andere Regel oder eine Firewall, die UDP 9500-10999 abfängt.",
          "Sehen Sie nach, welche Quellen die Regel zulässt; eine Regel nur für die Adressen Ihres Anbieters sieht von hier genauso aus. Tragen Sie zur Probe 198.51.100.10, 198.51.100.20 mit ein, und prüfen Sie erneut.",
          "Löschen Sie im Router die alten Verbindungen (States, Sessions) von 192.168.0.100, oder starten Sie ihn neu; laufende Gespräche können abbrechen. Prüfen Sie dann erneut, mit --no-wait.",
        ],
        "title": "Die Weiterleitung endet nach Port 9499; 9500 bis 10999 lassen nichts herein.",
      }
    `);
  });

  it('shortens what nobody would copy', () => {
    expect(closed && adviseText(closed, 'en').steps[0]).toBe(
      'In the router, forward UDP 9001, 9003, 9005, 9007 and 2 more ranges to 192.168.0.100, each port to the same number.',
    );
  });

  it('writes amounts in the way of the language, and ports as they are', () => {
    expect(finding && adviseText({ ...finding, code: 'nothing-forwarded' }, 'de').title).toContain('1.500 Ports');
    expect(finding && adviseText({ ...finding, code: 'nothing-forwarded' }, 'en').title).toContain('1,500 ports');
  });

  it('takes facts from the caller, and does without an address that is none', () => {
    const step = (bindAddress: string) => finding && adviseText(finding, 'en', { bindAddress }).steps[0];
    expect(step('10.0.0.7')).toContain('to 10.0.0.7, each');
    expect(step('0.0.0.0')).toContain("to <the PBX's LAN address>, each");
  });

  it('is no template for what others put into it', () => {
    const [hostile] = held('{{pid}} $t(common.flush)', 812);
    expect(hostile && adviseText(hostile, 'en').title).toBe(
      '2 ports are held by {{pid}} $t(common.flush) (process 812), so they could not be tested.',
    );
  });
});

describe('the edge of a sample', () => {
  const edge = (code: FindingCode, facts: Finding['facts']): Finding => ({
    code,
    severity: 'error',
    ports: ['udp/10521', 'udp/10535'],
    facts: { count: 2, rangeFrom: 9000, rangeTo: 10_999, bindAddress: '192.168.0.100', ...facts },
  });

  it.each<[FindingCode, Finding['facts'], RegExp, RegExp]>([
    [
      'range-ends-early',
      { lastOpen: 10_498, firstClosed: 10_521, lastClosed: 10_999 },
      /In the sample, 10498 is the last port/,
      /between 10498 and 10521: UDP 9000-10999/,
    ],
    [
      'range-starts-late',
      { firstOpen: 9040, firstClosed: 9000, lastClosed: 9017 },
      /In the sample, 9017 is the last port/,
      /between 9017 and 9040: UDP 9000-10999/,
    ],
    [
      'range-ends-early',
      { lastOpen: 10_520, firstClosed: 10_521, lastClosed: 10_999 },
      /^Forwarding ends after port 10520;/,
      /the rule that ends at 10520/,
    ],
  ])('%s %j', (code, facts, title, step) => {
    const { title: said, steps } = adviseText(edge(code, facts), 'en');
    expect(said).toMatch(title);
    expect(steps[0]).toMatch(step);
    expect(adviseText(edge(code, facts), 'de').steps.join(' ')).not.toMatch(/\{\{|undefined/);
  });
});
