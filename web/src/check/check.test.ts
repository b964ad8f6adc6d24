import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/index.ts';
import {
  boundariesOf,
  cellsOf,
  gridOf,
  mapOf,
  moveTo,
  placeOf,
  portAt,
  type Section,
  silentAbove,
} from './map-layout.ts';
import { groupPorts, matches, nameOf, sorted, stretchOf } from './ranges.ts';
import { ladderOf } from './rungs.ts';
import { piecesOf } from './values.ts';
import { windowOf } from './window.ts';

type Port = Report['ports'][number];
const port = (number: number, result: Port['result'] = 'open', protocol: Port['protocol'] = 'udp'): Port => ({
  ...{ protocol, family: 'ipv4', port: number, result, mapped: null, process: null },
  cause: result === 'closed' ? 'not-forwarded' : null,
});
const ports = (from: number, to: number, result: Port['result'] = 'open') =>
  Array.from({ length: to - from + 1 }, (_, index) => port(from + index, result));
const MEDIA = [...ports(9000, 9499), ...ports(9500, 10_999, 'closed')];

const onlyGrid = (of: readonly Port[]): Section => {
  const [grid] = mapOf(cellsOf(of)).grids;
  if (!grid) throw new Error('no grid');
  return grid;
};

describe('the port map', () => {
  it('names services one by one, and draws media ports as one', () => {
    const { chips, grids } = mapOf(cellsOf([port(5060), port(5090), ...MEDIA, port(5001, 'closed', 'tcp')]));
    expect(chips.map((chip) => [nameOf(chip), chip.cells])).toEqual([
      ['UDP 5060', 'o'],
      ['UDP 5090', 'o'],
      ['TCP 5001', 'c'],
    ]);
    expect(grids.map(nameOf)).toEqual(['UDP 9000–10999']);
  });

  it('has a place for each of 65,535 ports, and finds it again', () => {
    const section = onlyGrid(ports(1, 65_535));
    for (const width of [1100, 340]) {
      const grid = gridOf(section, width, 1);
      expect(grid.width).toBeCloseTo(width);
      for (const one of [1, 2, 99, 100, 5060, 9499, 9500, 65_535]) {
        const [x, y] = placeOf(one, grid);
        expect(portAt(x + grid.pitch / 2, y + grid.pitch / 2, section, grid)).toBe(one);
      }
    }
    expect(gridOf(section, 340, 1).columns).toBe(50);
  });

  it('finds no port between tens, beside the cells, and where none was asked', () => {
    const section = onlyGrid(MEDIA);
    const grid = gridOf(section, 1100, 1);
    const [x, y] = placeOf(9009, grid);
    expect(portAt(x + grid.pitch + 1, y + 1, section, grid)).toBeNull();
    expect(portAt(3, 3, section, grid)).toBeNull();
    expect(portAt(60, grid.height + 5, section, grid)).toBeNull();
    const [later] = placeOf(9002, grid);
    const lone = onlyGrid([...ports(9003, 9050)]);
    expect(portAt(later + 1, 1, lone, gridOf(lone, 1100, 1))).toBeNull();
  });

  it('says where one state ends, unless it is a pattern', () => {
    expect(boundariesOf(onlyGrid(MEDIA), 3)).toEqual([{ last: 9499, before: 'o', first: 9500, after: 'c' }]);
    const striped = ports(9000, 9099).map((one) => (one.port % 2 ? port(one.port, 'closed') : one));
    expect(boundariesOf(onlyGrid(striped), 3)).toEqual([]);
  });

  it('says above which port nothing got in so far, once that is no chance', () => {
    expect(silentAbove(cellsOf(MEDIA))).toBe(9499);
    expect(silentAbove(cellsOf([...ports(9000, 9499), ...ports(9500, 9510, 'closed')]))).toBeNull();
    expect(silentAbove(cellsOf(ports(9000, 9499)))).toBeNull();
    expect(silentAbove(cellsOf(ports(9000, 9499, 'closed')))).toBeNull();
  });

  it('keeps the gaps of a sample blank, and steps over them', () => {
    const sampled = ports(9000, 9499).filter((one) => one.port < 9030 || one.port % 50 === 0);
    const section = onlyGrid(sampled);
    const grid = gridOf(section, 1100, 1);
    expect([section.from, section.to]).toEqual([9000, 9450]);
    expect(moveTo('ArrowRight', 9029, section, grid)).toBe(9050);
    expect(moveTo('ArrowDown', 9050, section, grid)).toBe(9150);
    expect(moveTo('ArrowUp', 9000, section, grid)).toBe(9000);
    expect(moveTo('End', 9000, section, grid)).toBe(9450);
    expect(moveTo('x', 9050, section, grid)).toBe(9050);
  });
});

describe('the ports', () => {
  it('are grouped by result and cause, what is wrong first', () => {
    const groups = groupPorts([port(5060), ...MEDIA, port(5001, 'closed', 'tcp')]);
    expect(sorted(groups, { by: 'result', isDown: false }).map((group) => `${group.result} ${nameOf(group)}`)).toEqual([
      'closed UDP 9500–10999',
      'closed TCP 5001',
      'open UDP 9000–9499',
      'open UDP 5060',
    ]);
  });

  it('are sorted by what is asked for', () => {
    const groups = () => groupPorts([port(5060), ...MEDIA, port(5001, 'closed', 'tcp')]);
    const names = (by: 'ports' | 'count', isDown: boolean) => sorted(groups(), { by, isDown }).map(nameOf);
    expect(names('ports', false)[0]).toBe('UDP 5060');
    expect(names('ports', true)[0]).toBe('TCP 5001');
    expect(names('count', false)[0]).toBe('UDP 5060');
    expect(names('count', true)[0]).toBe('UDP 9500–10999');
  });

  it('of thousands only those that are looked at are drawn', () => {
    expect(windowOf(100, -5_000, 900, 45)).toEqual({ from: 0, to: 100, before: 0, after: 0 });
    const { from, to, before, after } = windowOf(16_385, -45_000, 900, 45);
    expect(from).toBeLessThan(1_000);
    expect(to).toBeGreaterThan(1_020);
    expect(to - from).toBeLessThan(60);
    expect(before + after + (to - from) * 45).toBe(16_385 * 45);
    expect(windowOf(16_385, -16_385 * 45, 900, 45).to).toBe(16_385);
  });

  it.each([
    ['95*', 9500, true],
    ['95*', 5095, false],
    ['950', 9500, false],
    ['9500', 9500, true],
    ['9400-9600', 9500, true],
    ['9400–9499', 9500, false],
    ['udp geschl', 9500, true],
    ['tcp', 9500, false],
    ['', 9500, true],
  ])('%s of %i: %s', (wanted, number, isIn) => {
    expect(matches(wanted, port(number, 'closed'), ['geschlossen', 'not-forwarded'])).toBe(isIn);
  });

  it('are read from labels', () => {
    expect(['udp/5060', 'tcp/5060-5061'].map((label) => nameOf(stretchOf(label)))).toEqual([
      'UDP 5060',
      'TCP 5060–5061',
    ]);
  });
});

describe('the ladder', () => {
  const exchange = {
    question: 'cold' as const,
    from: '192.168.0.100',
    to: '198.51.100.10:3478',
    answerFrom: '198.51.100.20:3479',
    answerTo: '203.0.113.44:9500',
    why: null,
    mapped: null,
    moreTries: 0,
    backedBy: [],
  };
  const draw = (answer: 'yes' | 'no' | 'unknown', answeredMs: number | null, more = {}) =>
    ladderOf({
      port: 'udp/9500',
      exchanges: [{ ...exchange, answer, tries: [{ atMs: 0, answeredMs }], ...more }],
    }).flatMap(({ rungs }) => rungs.map(({ from, to, kind }) => `${from}${kind}${to}`));

  it('ends at the router only where that is known', () => {
    expect(draw('yes', 24.8)).toEqual(['0asks2', '3arrives0']);
    expect(draw('no', null)).toEqual(['0asks2', '3missing1']);
    expect(draw('unknown', null)).toEqual(['0asks2']);
  });

  it('shows an answer from where it was asked, and a call that nobody asked for', () => {
    expect(draw('yes', 5, { answerFrom: '198.51.100.10:3478' })).toEqual(['0asks2', '2arrives0']);
    expect(draw('no', null, { question: 'call' })).toEqual(['3missing1']);
  });
});

describe('the steps', () => {
  const values = (text: string, router: string) =>
    piecesOf(text, router).flatMap(({ copy }) => (copy === null ? [] : [copy]));

  it('let values be copied as the fields of that router take them', () => {
    const text = 'Forward UDP 9500-10999 and TCP 5061 to 192.168.0.100.';
    expect(values(text, 'any')).toEqual(['9500-10999', '5061', '192.168.0.100']);
    expect(values(text, 'pfsense')).toEqual(['9500:10999', '5061', '192.168.0.100']);
    expect(
      piecesOf(text, 'any')
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
    expect(values('To fd00::5:1 by RFC 4787', 'any')).toEqual(['fd00::5:1']);
  });
});
