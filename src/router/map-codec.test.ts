import { describe, expect, test } from 'vitest';
import { toText } from './bytes.ts';
import { igdRequest } from './igd-map.ts';
import { NAT_PMP } from './nat-pmp-map.ts';
import { pcp } from './pcp-map.ts';

/* Every byte of a request, and what is read of an answer, as the standards have it. */

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const NONCE = hex('0102030405060708090a0b0c');
const PCP = pcp('192.168.0.100', NONCE);
const SIP = { protocol: 'udp', port: 5060 } as const;
const TLS = { protocol: 'tcp', port: 5061 } as const;

describe('NAT-PMP (RFC 6886 section 3.3)', () => {
  test('requests', () => {
    expect(NAT_PMP.request(SIP, 7_200, true)).toEqual(hex('00 01 0000 13c4 13c4 00001c20'));
    expect(NAT_PMP.request(TLS, 604_800, true)).toEqual(hex('00 02 0000 13c5 13c5 00093a80'));
    // Section 3.4; the private port is never 0, which would mean all of them.
    expect(NAT_PMP.request(SIP, 0, false)).toEqual(hex('00 01 0000 13c4 0000 00000000'));
  });

  const mapped = { kind: 'mapped', mapping: SIP, externalPort: 5060, lifetime: 7_200, epoch: 9, address: null };
  test.each([
    ['done', '00 81 0000 00000009 13c4 13c4 00001c20', mapped],
    ['another port', '00 81 0000 00000009 13c4 9c40 00001c20', { ...mapped, externalPort: 40_000 }],
    ['TCP', '00 82 0000 00000009 13c5 13c5 00001c20', { ...mapped, mapping: TLS, externalPort: 5061 }],
    ['refused', '00 81 0002 00000009 13c4 0000 00000000', { kind: 'refused', mapping: SIP, code: 2, epoch: 9 }],
    ['refused in eight bytes', '00 81 0004 00000009', { kind: 'refused', mapping: null, code: 4, epoch: 9 }],
    ['cut short', '00 81 0000 00000009 13c4 13c4 0000', { kind: 'nothing' }],
    ['its address', '00 80 0000 00000009 cb00712c', { kind: 'alive', epoch: 9, address: '203.0.113.44' }],
    ['no address', '00 80 0003 00000009', { kind: 'alive', epoch: 9, address: null }],
    ['a request', '00 01 0000 13c4 13c4 00001c20', { kind: 'nothing' }],
    ['PCP alone', `02 80 0001 ${'00'.repeat(20)}`, { kind: 'not-spoken' }],
    ['an opcode that is none', '00 83 0000 00000009 13c4 13c4 00001c20', { kind: 'nothing' }],
  ])('%s', (_, text, expected) => {
    expect(NAT_PMP.read(hex(text))).toEqual(expected);
  });
});

describe('PCP (RFC 6887 sections 7 and 11)', () => {
  const local = '0000 0000 0000 0000 0000 ffff c0a8 0064';
  const any = '0000 0000 0000 0000 0000 ffff 0000 0000';
  const nonce = '0102030405060708090a0b0c';

  test('requests', () => {
    const firm = hex(`02 01 0000 00001c20 ${local} ${nonce} 11 000000 13c4 13c4 ${any} 02 00 0000`);
    expect(PCP.request(SIP, 7_200, true)).toEqual(firm);
    expect(PCP.request(SIP, 7_200, false)).toEqual(firm.subarray(0, 60));
    expect(PCP.request(TLS, 0, true)).toEqual(hex(`02 01 0000 00000000 ${local} ${nonce} 06 000000 13c5 13c5 ${any}`));
  });

  const head = (code = '00') => `02 81 00 ${code} 00001c20 00000009 ${'00'.repeat(12)}`;
  const body = `${nonce} 11 000000 13c4 13c4 0000 0000 0000 0000 0000 ffff cb00 712c`;
  const mapped = { kind: 'mapped', mapping: SIP, externalPort: 5060, lifetime: 7_200, epoch: 9 };
  test.each([
    ['done', head() + body, { ...mapped, address: '203.0.113.44' }],
    ['no address', head() + body.replace('cb00 712c', '0000 0000'), { ...mapped, address: null }],
    ['another nonce', head() + body.replace('0102', '0103'), { kind: 'nothing' }],
    ['another protocol', head() + body.replace(' 11 ', ' 01 '), { kind: 'nothing' }],
    ['refused', head('0b') + body, { kind: 'refused', mapping: SIP, code: 11, epoch: 9 }],
    ['cut short', (head() + body).slice(0, -4), { kind: 'nothing' }],
    ['it is there', `02 80 0000 00000000 00000009 ${'00'.repeat(12)}`, { kind: 'alive', epoch: 9, address: null }],
    ['NAT-PMP alone', '00 80 0001 00000009', { kind: 'not-spoken' }],
    ['another version', `03 81 0001 ${'00'.repeat(20)}`, { kind: 'not-spoken' }],
    ['our own request', `02 01 ${head().slice(6)}${body}`, { kind: 'nothing' }],
    ['nothing', '', { kind: 'nothing' }],
  ])('%s', (_, text, expected) => {
    expect(PCP.read(hex(text))).toEqual(expected);
  });
});

test('UPnP: for this machine, to the same number, and for everybody', () => {
  const type = 'urn:schemas-upnp-org:service:WANIPConnection:1';
  const service = { type, control: { at: { address: '192.168.0.1', port: 5000 }, path: '/ctl' } };
  const text = toText(igdRequest(service, { action: 'add', mapping: SIP, lifetime: 600 }, '192.168.0.100'));
  expect(text).toMatch(/^POST \/ctl HTTP\/1\.1\r\nHost: 192\.168\.0\.1:5000\r\n/);
  expect(text).toContain(`SOAPAction: "${type}#AddPortMapping"`);
  // In the order of the standard, which some devices insist on.
  expect(text).toContain(
    '<NewRemoteHost></NewRemoteHost><NewExternalPort>5060</NewExternalPort><NewProtocol>UDP</NewProtocol>' +
      '<NewInternalPort>5060</NewInternalPort><NewInternalClient>192.168.0.100</NewInternalClient>' +
      '<NewEnabled>1</NewEnabled><NewPortMappingDescription>fullcone</NewPortMappingDescription>' +
      '<NewLeaseDuration>600</NewLeaseDuration></u:AddPortMapping>',
  );
});
