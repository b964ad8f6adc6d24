import { describe, expect, it } from 'vitest';
import type { Libc } from './libc.ts';
import { contentOf, RawSender } from './raw-socket.ts';
import { ipPacket, udpPacket } from './test-packets.ts';

const [FD, ENOPROTOOPT] = [5, 92];

/** One that has no checksums for raw sockets of IPv6. */
function libcWithout(closed: number[]): Libc {
  const koffi = { errno: () => ENOPROTOOPT, os: { errno: { ENOPROTOOPT } } };
  return {
    koffi: koffi as unknown as Libc['koffi'],
    socket: () => FD,
    setNumber: () => -1,
    setFilter: () => 0,
    bind: () => 0,
    send: () => -1,
    recv: () => -1,
    recvmmsg: () => -1,
    sendmmsg: () => -1,
    close: (fd) => closed.push(fd),
  };
}

it('of IPv6 is none where the system does not fill in checksums: what it sent would be damaged', () => {
  const closed: number[] = [];
  const opened = RawSender.open(libcWithout(closed), '::1');
  expect(opened).toEqual({ kind: 'error', error: { kind: 'other', code: 'ENOPROTOOPT' } });
  expect(closed).toEqual([FD]);
});

describe('what is in a packet', () => {
  const packet = ipPacket(17, udpPacket(3478, 9000, 'hello'), { from: '198.51.100.10' });

  it('is what is behind its header', () => {
    expect(contentOf(packet, true, 'udp')).toEqual(udpPacket(3478, 9000, 'hello'));
  });

  it('is nothing where the end of it is missing, whatever its checksum says', () => {
    const unsummed = Uint8Array.from(packet);
    unsummed.set([0, 0], 26);
    expect(contentOf(unsummed, true, 'udp')).not.toBeNull();
    expect(contentOf(unsummed.subarray(0, -1), true, 'udp')).toBeNull();
  });
});
