import { describe, expect, it } from 'vitest';
import type { Report } from '../contract.ts';
import { reportOf } from './test-reports.ts';
import { viewOf } from './view.ts';

const withHolders = (report: Report, names: readonly (string | null)[]): Report => ({
  ...report,
  ports: report.ports.map((port, index) => {
    const name = names[index] ?? null;
    return { ...port, process: name === null ? null : { pid: 800 + index, name } };
  }),
});

describe('the table of ports', () => {
  it('names who holds a port at that port alone', () => {
    const report = reportOf('5060-5062 in-use process');
    const seen = (names: readonly (string | null)[]) =>
      viewOf(withHolders(report, names), 'en').ranges.map(({ range, seen: text }) => [range, text]);
    expect(seen(['asterisk', 'nginx', 'nginx'])).toEqual([
      ['5060', 'asterisk 800'],
      ['5061', 'nginx 801'],
      ['5062', 'nginx 802'],
    ]);
    expect(seen(['asterisk', null, null])).toEqual([
      ['5060', 'asterisk 800'],
      ['5061-5062', ''],
    ]);
    const [first] = report.ports;
    const same = { pid: 800, name: 'asterisk' };
    const one = {
      ...report,
      ports: report.ports.map((port) => ({ ...port, ...first, port: port.port, process: same })),
    };
    expect(viewOf(one, 'en').ranges.map(({ range }) => range)).toEqual(['5060-5062']);
  });

  it('puts side by side what is alike: result, cause, protocol, and the next number', () => {
    const view = viewOf(
      reportOf('9000 open; 9002-9003 open; 9004 closed not-forwarded; 9005 closed; tcp/9006 closed'),
      'en',
    );
    expect(view.ranges.map(({ protocol, range }) => `${protocol} ${range}`)).toEqual([
      ...['UDP 9000', 'UDP 9002-9003', 'UDP 9004', 'UDP 9005', 'TCP 9006'],
    ]);
  });

  it('ends after two hundred rows, and says how many there are besides', () => {
    const odd = Array.from({ length: 230 }, (_, index) => 9000 + 2 * index).join();
    const view = viewOf(reportOf(`${odd} open`), 'en');
    expect([view.ranges.length, view.moreRanges]).toEqual([200, 30]);
  });
});

describe('where a finding is', () => {
  const where = (...ports: string[]) => {
    const report = reportOf('9000 closed not-forwarded');
    const [finding] = report.findings;
    return viewOf({ ...report, findings: finding ? [{ ...finding, ports }] : [] }, 'en').findings[0]?.where;
  };

  it('says of each port of which protocol it is', () => {
    expect(where('udp/9000', 'udp/9002-9004')).toBe('UDP 9000, 9002-9004');
    expect(where('tcp/5061')).toBe('TCP 5061');
    expect(where('udp/9000-9001', 'tcp/5060', 'tcp/5061')).toBe('UDP 9000-9001, TCP 5060, 5061');
    expect(where()).toBe('');
  });

  it('names a dozen pieces', () => {
    expect(where(...Array.from({ length: 13 }, (_, index) => `udp/${9000 + 2 * index}`))).toMatch(/, 9022, …$/);
  });
});
