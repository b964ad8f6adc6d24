import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { renderJunit } from './junit.ts';
import { EVERYTHING, reportOf } from './test-reports.ts';

const SCHEMA = join(import.meta.dirname, 'test-junit.xsd');
const XMLLINT = ['--noout', '--nonet', '--huge', '--schema', SCHEMA, '-'];

/** What a foreign parser finds wrong with it; empty: nothing. */
function faults(xml: string): string {
  const { status, stderr, error } = spawnSync('xmllint', XMLLINT, { input: xml, encoding: 'utf8', maxBuffer: 1e8 });
  return status === 0 ? '' : (error?.message ?? stderr);
}

const isMissing = spawnSync('xmllint', ['--version']).error !== undefined && !process.env['CI'];

const values = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value);

describe('as JUnit XML, a report', () => {
  const xml = renderJunit(reportOf(EVERYTHING), 'en');

  it('has a case for each port, by transport and range, and one for the verdict', () => {
    const cases = [...xml.matchAll(/<testcase name="([^"]*)" classname="([^"]*)" time="([^"]*)"/g)].map(
      ([, ...all]) => all,
    );
    expect(cases).toHaveLength(1 + 6 + 31 + 2);
    expect(cases[0]).toEqual(['verdict', 'fullcone', '16.200']);
    expect(cases[1]).toEqual(['udp/5060', 'fullcone.udp.5060-5065', '1.235']);
    expect(cases.at(-1)).toEqual(['tcp/5090', 'fullcone.tcp.5090', '1.235']);
    expect(new Set(cases.map(([, name]) => name))).toEqual(
      new Set([
        'fullcone',
        'fullcone.udp.5060-5065',
        'fullcone.udp.9000-9030',
        'fullcone.tcp.5061',
        'fullcone.tcp.5090',
      ]),
    );
  });

  it('counts them', () => {
    const [head = ''] = /<testsuite[^>]*>/.exec(xml) ?? [];
    expect(head).toBe(
      '<testsuite name="fullcone" tests="40" failures="34" errors="1" skipped="3" time="16.200" timestamp="2026-11-20T09:47:12">',
    );
    const count = (name: string) => xml.split(`<${name} `).length - 1;
    expect([count('failure'), count('error'), count('skipped')]).toEqual([34, 1, 3]);
  });

  it.each([
    ['udp/5060', '/>'],
    ['udp/5061', '><skipped message="in use (process): x, x.service.'],
    ['udp/5063', '><skipped message="untested (server-silent).'],
    ['udp/5064', '><error message="malformed.'],
    ['udp/5065', '><failure message="no answer.'],
    ['udp/9000', '><failure message="closed (not-forwarded).'],
    ['udp/9020', '><failure message="translated (symmetric).'],
  ])('says of %s: %s', (name, expected) => {
    const [line = ''] = xml.split('\n').filter((one) => one.includes(`name="${name}"`));
    expect(line.replace(/^.*time="[\d.]+"/, '').startsWith(expected)).toBe(true);
  });

  it('says what it is about', () => {
    expect(xml).toContain('<property name="fullcone.verdict" value="unsupported"/>');
    expect(xml).toContain('<property name="fullcone.server" value="stun.acme.example:3478, x"/>');
    expect(xml).toContain('<property name="fullcone.mode" value="exclusive"/>');
    expect(xml).toMatch(/type="some-ports"\/><system-out>[\s\S]*not-forwarded\nudp\/9000/);
  });

  it.each([
    ['supported', '<testcase name="verdict" classname="fullcone" time="16.200"/>'],
    ['inconclusive', '><error message="'],
    ['cancelled', '><error message="'],
  ] as const)('is green only where all is well: %s', (verdict, expected) => {
    const found = renderJunit({ ...reportOf('5060 untested'), verdict, findings: [] }, 'en');
    expect(found.split('\n').find((line) => line.includes('name="verdict"'))).toContain(expected);
  });

  it('of a sample has one class for all of it', () => {
    const sample = { ...reportOf('5060 open; 5070 open; 5080 open; tcp/5090 open'), plannedPorts: 1_000 };
    expect(new Set(values(renderJunit(sample, 'en'), 'classname'))).toEqual(
      new Set(['fullcone', 'fullcone.udp.sample', 'fullcone.tcp.5090']),
    );
  });

  test('and in German', () => {
    expect(renderJunit(reportOf(EVERYTHING), 'de')).toContain('message="geschlossen (not-forwarded)');
  });
});

describe('a foreign parser', () => {
  it.skipIf(isMissing).each(['en', 'de'] as const)('finds it valid (%s)', (language) => {
    expect(faults(renderJunit(reportOf(EVERYTHING), language))).toBe('');
    expect(faults(renderJunit({ ...reportOf('5060 open'), ports: [] }, language))).toBe('');
  });

  it.skipIf(isMissing).each([
    ['a case twice', (xml: string) => xml.replace('"udp/5061"', '"udp/5062"')],
    ['a time that is none', (xml: string) => xml.replace('time="1.235"', 'time="soon"')],
    ['no counts', (xml: string) => xml.replace(/ skipped="\d+"/, '')],
    ['an end that is missing', (xml: string) => xml.replace('</testsuite>', '')],
  ])('would find %s', (_, change) => {
    expect(faults(change(renderJunit(reportOf(EVERYTHING), 'en')))).not.toBe('');
  });

  it.skipIf(isMissing)(
    'finds it valid, whatever the names in it are',
    () => {
      const name = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom(
          ']]>',
          '<!--',
          '&x;',
          '"><testcase name="x',
          '\ud800',
          '\ufffe\uffff',
          '\u0000\u0008\u001b[31m',
        ),
      );
      const made = (one: string) => renderJunit(reportOf('5060 in-use process; 5061 closed rejected', one), 'de');
      expect(fc.sample(name, 25).filter((one) => faults(made(one)))).toEqual([]);
    },
    60_000,
  );

  it.skipIf(isMissing)(
    'finds one of all 65,535 ports valid, and it is made in a moment',
    () => {
      const report = reportOf('1-65535 closed not-forwarded');
      const before = process.cpuUsage();
      const xml = renderJunit(report, 'en');
      expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
      expect(xml.split('<failure ')).toHaveLength(65_537);
      expect(faults(xml)).toBe('');
    },
    60_000,
  );
});
