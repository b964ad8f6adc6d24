import { describe, expect, test } from 'vitest';
import { parsePorts } from '../base/index.ts';
import type { Service } from '../system/index.ts';
import { closure, type HeldPort, planServices } from './index.ts';

const ranges = (text: string) => {
  const parsed = parsePorts(text);
  return parsed.kind === 'ok' ? parsed.value : [];
};

const service = (name: string, more: Partial<Service> = {}): Service => ({
  ...{ name, state: 'running', takesAlong: [], after: [] },
  ...more,
});

const held = (service: string | null, ports: string, protocol: HeldPort['protocol'] = 'udp'): HeldPort[] =>
  ranges(ports).flatMap(({ from, to }) =>
    Array.from({ length: to - from + 1 }, (_, index) => ({ protocol, port: from + index, service })),
  );

const plan = (checked: string, holders: readonly HeldPort[], services: readonly Service[], tcp = '') =>
  planServices({ checked: { udp: ranges(checked), tcp: tcp === '' ? [] : ranges(tcp) }, held: holders, services });

describe('what is stopped for a check', () => {
  test('a group for each service that holds ports; what nobody holds stays outside', () => {
    const { groups, rest } = plan(
      '5060,9000-9020',
      [...held('sip', '5060'), ...held('media', '9000-9010'), ...held(null, '9020')],
      [service('sip'), service('media')],
    );
    expect(groups.map(({ holders, udp }) => [holders, udp])).toEqual([
      [['sip'], ranges('5060')],
      [['media'], ranges('9000-9010')],
    ]);
    expect(rest).toEqual({ udp: ranges('9011-9020'), tcp: [] });
  });

  test('what stops along goes before, what it needs goes after, and what does not run is left alone', () => {
    const { groups } = plan('5060', held('sip', '5060'), [
      service('sip', { takesAlong: ['ivr', 'old', 'queue'] }),
      service('ivr', { after: ['sip', 'basic.target'] }),
      service('queue', { after: ['ivr'] }),
      service('old', { state: 'stopped' }),
    ]);
    expect(groups[0]?.waves).toEqual([['queue'], ['ivr'], ['sip']]);
  });

  test('who stops along with another holder has its ports asked at the same time', () => {
    const { groups } = plan(
      '5060,7000,9000',
      [...held('sip', '5060'), ...held('media', '9000'), ...held('alone', '7000')],
      [service('sip'), service('media', { takesAlong: ['sip'] }), service('alone')],
    );
    expect(groups.map(({ holders }) => holders)).toEqual([['sip', 'media'], ['alone']]);
    expect(groups[0]?.waves).toEqual([['sip'], ['media']]);
  });

  test('in whichever order they are found', () => {
    const services = [
      service('sip'),
      service('media', { takesAlong: ['ivr'] }),
      service('ivr', { takesAlong: ['sip'] }),
    ];
    for (const holders of [
      [...held('media', '5060'), ...held('sip', '9000')],
      [...held('sip', '5060'), ...held('media', '9000')],
    ])
      expect(plan('5060,9000', holders, services).groups.map(({ waves }) => waves)).toEqual([
        [['sip'], ['ivr'], ['media']],
      ]);
  });

  test('services that take each other along are one wave', () => {
    const both = [service('a', { takesAlong: ['b'] }), service('b', { takesAlong: ['a'] })];
    expect(plan('5060', held('a', '5060'), both).groups[0]?.waves).toEqual([['a', 'b']]);
    expect([...closure(['a'], new Map(both.map((one) => [one.name, one])))].sort()).toEqual(['a', 'b']);
  });

  test('UDP and TCP ports of one service are one group', () => {
    const ports = [...held('sip', '5060'), ...held('sip', '5060-5061', 'tcp')];
    const [group] = plan('5060', ports, [service('sip')], '5060-5061').groups;
    expect([group?.udp, group?.tcp]).toEqual([ranges('5060'), ranges('5060-5061')]);
    expect(group?.awaited).toEqual(['udp/5060', 'tcp/5060', 'tcp/5061']);
  });

  test.each([
    ['a media range that it holds as a whole', '9000-9019', '9000-9019', 20, 0, 20],
    ['ports of a media range that come with calls', '9000-9019', '9004-9007', 0, 4, 0],
    ['a few of a short range', '5060-5063', '5060', 1, 0, 0],
  ])('%s', (_, checked, own, awaited, busy, standing) => {
    const [group] = plan(checked, held('pbx', own), [service('pbx')]).groups;
    expect([group?.awaited.length, group?.busy, group?.standing]).toEqual([awaited, busy, standing]);
  });

  // So that whoever asks before anything is stopped sees it among them, and refuses.
  test('one that is on its way somewhere is among those that would be stopped', () => {
    const { groups } = plan('5060', held('sip', '5060'), [
      service('sip', { takesAlong: ['ivr'] }),
      service('ivr', { state: 'changing' }),
    ]);
    expect(groups[0]?.waves).toEqual([['ivr'], ['sip']]);
  });

  test('a holder that is no service, or does not run, is not stopped', () => {
    const { groups, rest } = plan(
      '5060-5061',
      [...held(null, '5060'), ...held('gone', '5061')],
      [service('gone', { state: 'failed' })],
    );
    expect([groups, rest.udp]).toEqual([[], ranges('5060-5061')]);
  });
});
