import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { Language } from '../advice/index.ts';
import { findFindings } from '../advice/index.ts';
import { contextOf, runOf } from '../advice/testing.ts';
import { buildReport } from './build.ts';
import type { ReportDiscovered } from './contract.ts';
import type { ReportOrigin, ReportWarning } from './origin.ts';
import { groupHolders, type ListedPort, type PortsReport, renderPorts } from './ports.ts';
import { reportJsonSchema } from './schema.ts';
import { renderText } from './text.ts';

const PLAIN = { columns: 80, colour: false, verbose: false };

const CODES: readonly ReportWarning['code'][] = [
  ...(['permission', 'unreadable', 'too-large', 'too-much', 'include-missing', 'not-run', 'syntax', 'value'] as const),
  ...(['no-configuration', 'elsewhere', 'in-database', 'api', 'no-media', 'own-network'] as const),
];

const PURPOSES: readonly ListedPort['purpose'][] = [
  ...(['sip', 'sips', 'rtp', 'fax', 'tunnel', 'iax', 'webrtc', 'web', 'apps', 'linking'] as const),
];

const ORIGINS: readonly ReportOrigin[] = [
  { kind: 'configuration', file: `/etc/${'deep/'.repeat(40)}x.conf`, line: 7 },
  { kind: 'command-line', pid: 812 },
  { kind: 'built-in' },
  { kind: 'api', url: 'https://pbx.example.com/xapi/v1/x', key: 'SipPort' },
  { kind: 'profile', source: 'the vendor' },
];

const everything: PortsReport = {
  schema: 'fullcone.ports/1',
  version: '0.1.0',
  startedAt: '2026-11-20T09:47:12.345Z',
  allHoldersKnown: false,
  products: [true, false, null].map((running) => ({
    profile: 'asterisk',
    name: 'Asterisk',
    running,
    processes: [{ pid: 812, name: 'asterisk', unit: null }],
    ports: PURPOSES.map((purpose, index) => ({
      ...{ protocol: 'udp', from: 5060, to: 5060 + index, purpose, optional: index % 2 === 0, address: null },
      origin: ORIGINS[index % ORIGINS.length] ?? { kind: 'built-in' },
      holders: [
        { pid: null, name: null, unit: null, ports: ['udp/5060'] },
        { pid: 1, name: null, unit: null, ports: ['udp/5060'] },
        { pid: null, name: 'a', unit: null, ports: ['udp/5060'] },
      ].slice(0, index),
    })),
    warnings: CODES.map((code) => ({ code, file: code === 'elsewhere' ? null : '/etc/x', line: 3, what: 'rtpstart' })),
  })),
};

describe.each<Language>(['en', 'de'])('a list of ports, in %s', (language) => {
  const text = renderPorts(everything, language, PLAIN);

  it('has words for everything, and fits on the page', () => {
    expect(text).not.toMatch(/\{\{|undefined|NaN|null|ports\.\w/);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text.endsWith('\n')).toBe(true);
  });

  it.each([40, 60, 100])('fits on a page of %d columns, and cuts no word that fits on a line', (columns) => {
    const narrow = renderPorts(everything, language, { ...PLAIN, columns });
    expect(narrow.split('\n').filter((line) => line.length > columns)).toEqual([]);
    const words = (page: string) => page.split(/\s+/).map((word) => word.replace(/,$/, ''));
    const wide = new Set(words(renderPorts(everything, language, { ...PLAIN, columns: 100 })));
    expect(words(narrow).filter((word) => !wide.has(word) && !word.includes('/') && !'deep'.includes(word))).toEqual(
      [],
    );
  });

  it('names a file whole, however long its path is', () => {
    expect(text.replace(/\s+/g, '')).toContain(`/etc/${'deep/'.repeat(40)}x.conf:7`);
  });

  it('is the same in colour', () => {
    const painted = renderPorts(everything, language, { ...PLAIN, colour: true });
    expect(painted.replace(new RegExp(`${'\u001b'}\\[\\d+m`, 'g'), '')).toBe(text);
    expect(painted).not.toBe(text);
  });
});

it('where columns leave too little room, who holds a port stands below it', () => {
  const [product] = everything.products;
  const holders = [{ pid: 812, name: 'asterisk', unit: 'asterisk.service', ports: ['udp/10000-10999'] }];
  const port = { protocol: 'udp', from: 10_000, to: 20_000, purpose: 'rtp', optional: true } as const;
  const one: ListedPort = { ...port, address: '192.168.0.100', origin: { kind: 'built-in' }, holders };
  const listed = product ? [{ ...product, ports: [one], warnings: [] }] : [];
  const lines = renderPorts({ ...everything, products: listed }, 'en', { ...PLAIN, columns: 60 }).split('\n');
  expect(lines.slice(1, -1)).toEqual([
    '  UDP 10000-20000 on 192.168.0.100, voice, video (if used)',
    '      asterisk (process 812, asterisk.service): 1,000 of',
    '      10,001',
    '      not configured, built into the product',
  ]);
});

it('a holder of many ports is named once, with its ranges', () => {
  const [one, two] = [
    { pid: 1, name: 'a', unit: null },
    { pid: 2, name: 'b', unit: 'b.service' },
  ];
  const held = [5060, 5061, 5062, 5061].map((port) => ({ port, ...one }));
  expect(groupHolders('udp', [...held, { port: 5060, ...two }, { port: 5070, ...two }])).toEqual([
    { ...one, ports: ['udp/5060-5062'] },
    { ...two, ports: ['udp/5060', 'udp/5070'] },
  ]);
});

describe('a check of what was discovered', () => {
  const discovered: ReportDiscovered = {
    profile: 'asterisk',
    name: 'Asterisk',
    ports: ORIGINS.map((origin) => ({ ports: 'udp/5060', origin })),
    warnings: CODES.map((code) => ({ code, file: null, line: null, what: '' })),
  };
  const run = runOf('5060 open');
  const meta = {
    ...{
      version: '0.1.0',
      startedAt: new Date('2026-11-20T09:47:12.345Z'),
      durationMs: 900,
      bindAddress: '192.168.0.100',
    },
    ...{ mode: 'bind' as const, plannedPorts: 1, loss: { sent: 4, answered: 4 }, holders: new Map(), discovered },
  };
  const report = buildReport(run, findFindings(run, contextOf(run)), meta);

  it('keeps to the contract, with every origin and every warning', () => {
    const validate = new Ajv2020({ allErrors: true }).compile(reportJsonSchema);
    expect([validate(report), validate.errors]).toEqual([true, null]);
    expect(report.discovered).toEqual(discovered);
  });

  it('says where the ports are from, and which are the usual ones', () => {
    const text = renderText(report, 'en', PLAIN).replace(/\s+/g, ' ');
    expect(text).toContain('Ports as Asterisk is configured here: /etc/deep/');
    expect(text).toContain(
      'built into the product, SipPort at https://pbx.example.com/xapi/v1/x, usual ports, not found out',
    );
  });
});
