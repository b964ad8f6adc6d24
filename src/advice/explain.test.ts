import { describe, expect, it } from 'vitest';
import { FINDING_CODES, type FindingCode } from './catalogue.ts';
import { type Block, type Explanation, explain, findCode } from './explain.ts';
import de from './pages/de.json' with { type: 'json' };
import en from './pages/en.json' with { type: 'json' };
import { REPAIRS } from './places.ts';
import texts from './texts/en.json' with { type: 'json' };
import { variantKeysOf } from './texts.ts';
import type { Language } from './types.ts';

const LANGUAGES: readonly Language[] = ['en', 'de'];

const sentencesOf = ({ sections }: Explanation): readonly string[] =>
  sections.flatMap(({ blocks }) => blocks.flatMap(sentencesIn));

function sentencesIn(block: Block): readonly string[] {
  switch (block.kind) {
    case 'text':
    case 'quote':
      return [block.text];
    case 'items':
      return block.items;
    case 'steps':
      return block.steps;
  }
}

const wordsOf = (code: FindingCode, language: Language): string => sentencesOf(explain(code, language)).join('\n');

describe.each(LANGUAGES)('a page in %s', (language) => {
  it.each(FINDING_CODES)('%s tells what was seen, what it means, what to do, and how to see that it worked', (code) => {
    const page = explain(code, language);
    const { seen, meaning, steps, worked } = language === 'de' ? de.words : en.words;
    const headings = page.sections.map(({ heading }) => heading);
    expect(headings.filter((heading) => [seen, meaning, steps, worked].includes(heading))).toEqual([
      seen,
      meaning,
      steps,
      worked,
    ]);
    expect(page.heading).toMatch(/^[\p{Lu}][^.]{5,58}[^.]$/u);
    expect(page.where).toMatch(/^[\p{L}][^.]+$/u);
  });

  it.each(FINDING_CODES)('%s leaves no blank without a word, and no sentence without an end', (code) => {
    for (const sentence of sentencesOf(explain(code, language))) {
      expect(sentence).toMatch(/^[\p{Lu}\d"<-].*[.?):]$/u);
      expect(sentence).not.toMatch(/\{\{|\}\}|\$t\(|undefined|…|^[\w-]+\.[\w-]+$|\b(words|menus|worked)\./);
    }
  });

  it('is short enough for somebody who is tired', () => {
    const long = FINDING_CODES.map((code) => [code, wordsOf(code, language).split(/\s+/).length] as const).filter(
      ([, words]) => words > 520,
    );
    expect(long).toEqual([]);
    const seen = Object.values(language === 'de' ? de.pages : en.pages).map((page) => page.seen);
    expect(seen.filter((text) => text.length > 460)).toEqual([]);
  });
});

it('blanks are there for whatever titles, meanings and steps are filled with, and for nothing else', () => {
  const filled = new Set(
    [
      ...JSON.stringify({
        ...texts,
        common: { ...texts.common, moreRanges_one: '', moreRanges_other: '', process: '' },
      }).matchAll(/\{\{(\w+)\}\}/g),
    ].map(([, name]) => name),
  );
  expect(Object.keys(en.blanks).sort()).toEqual([...filled].sort());
});

it('what a port is for is told apart where it matters', () => {
  expect(wordsOf('not-forwarded', 'en')).toMatch(
    /^SIP ports: Incoming calls[\s\S]*^Media ports: Calls[\s\S]*^TCP ports: /m,
  );
  expect(wordsOf('host-firewall', 'de')).toMatch(/^SIP-Ports: Eingehende[\s\S]*^Medienports: [\s\S]*^TCP-Ports: /m);
  expect(wordsOf('loss', 'en')).not.toContain('SIP ports:');
});

it('steps that differ where nothing is translated keep their number', () => {
  expect(wordsOf('not-forwarded', 'en')).toMatch(/^Step 1: In the router's firewall, admit inbound/m);
  expect(wordsOf('not-forwarded', 'en')).not.toMatch(/^Step 2:/m);
  expect(wordsOf('shifted', 'en')).not.toMatch(/^Step \d/m);
});

it('other words for the same code are on its page', () => {
  const headings = (code: FindingCode) => explain(code, 'en').sections.map(({ heading }) => heading);
  expect(headings('rejected').join()).toContain('turned back by <address>');
  const [again, lasting] = headings('scan-protection').filter((heading) => heading.startsWith('If the report says'));
  expect([again, lasting]).toEqual([
    expect.stringContaining('It let packets in again after about <seconds> s'),
    expect.stringContaining('After <seconds> s it still had not'),
  ]);
  expect(variantKeysOf('process')).toEqual([]);
  expect(variantKeysOf('throttled-by-server')).toEqual(['not-called']);
});

it('where a router is to be changed, its menus are named', () => {
  const rule = /common\.(forward|staticPort|exemptScan)\b|In the router, (admit outgoing|extend|open)/;
  const nameless = FINDING_CODES.filter(
    (code) => rule.test(JSON.stringify(texts[code])) && REPAIRS[code].menus.length === 0,
  );
  expect(nameless).toEqual([]);
});

it('a code is found by its name alone', () => {
  expect(findCode('not-forwarded')).toBe('not-forwarded');
  expect(['', 'constructor', 'not-forwarded ', 'toString'].map(findCode)).toEqual([null, null, null, null]);
});

/**
 * What the predecessor's documents advise, each with the pages that advise it here. It is said on the page itself, in
 * both languages, so that whoever knows the old advice finds it again.
 */
const ADVISED: readonly (readonly [what: string, codes: readonly FindingCode[], en: RegExp, de: RegExp])[] = [
  [
    'general internet trouble: open any site on the server',
    ['server-unreachable'],
    /reaches the internet at all: open any site/,
    /das Internet überhaupt erreicht: Öffnen Sie/,
  ],
  ['DNS', ['server-unresolvable'], /repair the PBX's DNS settings/, /DNS-Einstellungen/],
  [
    'an outbound rule for the port',
    ['outbound-blocked', 'no-answer'],
    /admit outgoing UDP with source <PBX> and source ports <ports>/,
    /ausgehendes UDP mit Quelle <Anlage> und Quellports <Ports>/,
  ],
  [
    'UDP and TCP',
    ['not-forwarded', 'nothing-forwarded', 'tcp-left-out'],
    /both UDP and TCP|over UDP and over TCP/,
    /UDP und TCP|über UDP und über TCP/,
  ],
  ['the server is down', ['server-unreachable'], /it may also be down/, /kann auch ausgefallen sein/],
  ['the server is on another port', ['server-unreachable'], /server's name and port/, /Namen und Port des Servers/],
  [
    'another server',
    ['server-unreachable', 'server-unresolvable', 'server-malformed', 'server-silent', 'server-throttling'],
    /configure another STUN server of two addresses/,
    /einen anderen STUN-Server mit zwei Adressen/,
  ],
  [
    'a server of two addresses',
    ['no-second-address', 'server-ignores-change-request'],
    /Configure a STUN server (of|that answers from) two addresses/,
    /STUN-Server (mit zwei Adressen ein|ein, der von zwei Adressen)/,
  ],
  [
    "the machine's own firewall",
    ['host-firewall', 'outbound-blocked', 'server-unreachable'],
    /PBX's own firewall|On the PBX itself/,
    /Firewall (und Schutzsoftware )?der Anlage|auf der Anlage selbst/,
  ],
  [
    'security software: switched off is not enough',
    ['host-firewall', 'outbound-blocked', 'no-answer', 'server-unreachable'],
    /Security software .*switched off; for a test, remove it/,
    /Schutzsoftware .*abgeschaltet.*; deinstallieren Sie sie zur Probe/,
  ],
  [
    'the provider blocks the port',
    ['outbound-blocked', 'no-answer', 'server-unreachable'],
    /internet providers? (whether it blocks|block UDP)|ask your internet provider whether it blocks/,
    /Internetanbieter, ob er diese Ports sperrt|Internetanbieter sperren UDP/,
  ],
  [
    'a static one-to-one forward',
    ['not-forwarded', 'nothing-forwarded'],
    /each port to the same number[\s\S]*The forward must be static/,
    /jeden Port auf denselben Port[\s\S]*Die Weiterleitung muss statisch sein/,
  ],
  [
    'forwarded to another host',
    ['not-forwarded', 'nothing-forwarded', 'media-range-missing', 'closed'],
    /leads to <PBX>,? (not to another host|and no other host)/,
    /zu <Anlage> (führt, nicht zu einem anderen Gerät|und keinem anderen Gerät führt)/,
  ],
  [
    'scan detection off for the check',
    ['scan-protection', 'paused-by-router'],
    /switch (the protection|it) off for the time of the check/,
    /schalten Sie (den Schutz|ihn) für die Zeit der Prüfung ab/,
  ],
  ['the port is in use: netstat and tasklist', ['in-use'], /netstat -abn -p udp/, /netstat -abn -p udp/],
  ['no one-to-one NAT outbound', ['symmetric', 'random-source-ports'], /static port/, /Static Port/],
];

it.each(ADVISED)('advises as the predecessor does: %s', (_, codes, english, german) => {
  for (const code of codes) {
    expect(wordsOf(code, 'en')).toMatch(english);
    expect(wordsOf(code, 'de')).toMatch(german);
  }
});

it('a page has the parts that are read, and no others', () => {
  const parts = new Set(['heading', 'seen', 'calls', 'also', 'worked']);
  for (const pages of [en.pages, de.pages]) {
    expect(Object.keys(pages)).toEqual(FINDING_CODES);
    expect(Object.values(pages).flatMap((page) => Object.keys(page).filter((part) => !parts.has(part)))).toEqual([]);
  }
});
