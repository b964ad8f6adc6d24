import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseOwnServices } from './index.ts';

const PBX = { name: 'pbx', stop: ['sv', 'down', 'pbx'], start: ['sv', 'up', 'pbx'], status: ['sv', 'check', 'pbx'] };
const read = (...services: readonly object[]) => parseOwnServices(JSON.stringify({ services }));

test('a service of the own is program and arguments, and perhaps its ports', () => {
  expect(read({ ...PBX, udp: '5060,9000-9001' })).toEqual({
    kind: 'ok',
    value: [
      {
        ...PBX,
        udp: [
          { from: 5060, to: 5060 },
          { from: 9000, to: 9001 },
        ],
        tcp: null,
      },
    ],
  });
});

test.each([
  ['nothing', '', 'services'],
  ['no JSON', '{services', 'services'],
  ['an empty list', '{"services":[]}', 'services'],
  [
    'more than fifty',
    JSON.stringify({ services: Array.from({ length: 51 }, (_, name) => ({ ...PBX, name: `${name}` })) }),
    'services',
  ],
  ['no name', JSON.stringify({ services: [{ ...PBX, name: '' }] }), 'services[0].name'],
  ['a name twice', JSON.stringify({ services: [PBX, PBX] }), 'services[1].name'],
  [
    'a text in the place of a command',
    JSON.stringify({ services: [{ ...PBX, stop: 'sv down pbx' }] }),
    'services[0].stop',
  ],
  ['an empty command', JSON.stringify({ services: [{ ...PBX, start: [] }] }), 'services[0].start'],
  ['no program', JSON.stringify({ services: [{ ...PBX, start: [''] }] }), 'services[0].start'],
  ['no status', JSON.stringify({ services: [{ ...PBX, status: undefined }] }), 'services[0].status'],
  ['ports that are none', JSON.stringify({ services: [{ ...PBX, udp: '5060-' }] }), 'services[0].udp'],
  ['a number as ports', JSON.stringify({ services: [{ ...PBX, tcp: 5060 }] }), 'services[0].tcp'],
])('%s: the part is named', (_, text, part) => {
  expect(parseOwnServices(text)).toEqual({ kind: 'error', error: part });
});

test('it throws at nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(['ok', 'error']).toContain(parseOwnServices(text).kind);
    }),
  );
});
