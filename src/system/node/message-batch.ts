import type { Libc } from './libc.ts';

/** So many packets are read or sent with one call of the system. */
export const BATCH = 64;
/** Of each packet; what is longer is cut when it is read. */
export const LARGEST_PACKET = 2048;

/** struct sockaddr_in6, the longer of the two. */
const NAME = 28;
/** struct iovec, and struct mmsghdr, on machines of 64 bits. */
const [IOVEC, HEADER] = [16, 64];
const [NAME_AT, NAME_LENGTH_AT, IOVEC_AT, IOVEC_COUNT_AT, RECEIVED_AT] = [0, 8, 16, 24, 56];

/**
 * Memory for sendmmsg and recvmmsg (recvmmsg(2)): its pointers are written once, because that is what costs. It is
 * outside of the heap that is cleaned up, so that it stays where it is.
 */
export class MessageBatch {
  readonly #names = new Uint8Array(BATCH * NAME);
  // No Buffer, whose `slice` copies nothing.
  readonly #data = new Uint8Array(BATCH * LARGEST_PACKET);
  readonly #iovecs = Buffer.allocUnsafeSlow(BATCH * IOVEC);
  readonly #headers = Buffer.allocUnsafeSlow(BATCH * HEADER).fill(0);
  readonly #nameLength: number;

  constructor({ koffi }: Libc, nameLength: number) {
    this.#nameLength = nameLength;
    const [names, data, iovecs] = [this.#names, this.#data, this.#iovecs].map((buffer) => koffi.address(buffer));
    if (names === undefined || data === undefined || iovecs === undefined) throw new Error('no memory has no address');
    for (let index = 0; index < BATCH; index++) {
      const at = BigInt(index);
      this.#iovecs.writeBigUInt64LE(data + at * BigInt(LARGEST_PACKET), index * IOVEC);
      this.#iovecs.writeBigUInt64LE(BigInt(LARGEST_PACKET), index * IOVEC + 8);
      this.#headers.writeBigUInt64LE(names + at * BigInt(NAME), index * HEADER + NAME_AT);
      this.#headers.writeUInt32LE(nameLength, index * HEADER + NAME_LENGTH_AT);
      this.#headers.writeBigUInt64LE(iovecs + at * BigInt(IOVEC), index * HEADER + IOVEC_AT);
      this.#headers.writeBigUInt64LE(1n, index * HEADER + IOVEC_COUNT_AT);
    }
  }

  /** To be handed to the system, from that packet on. */
  from(index: number): Uint8Array {
    return this.#headers.subarray(index * HEADER);
  }

  name(index: number): Uint8Array {
    return this.#names.subarray(index * NAME, index * NAME + this.#nameLength);
  }

  /** Room for the packet. */
  room(index: number): Uint8Array {
    return this.#data.subarray(index * LARGEST_PACKET, (index + 1) * LARGEST_PACKET);
  }

  /** How much of the room is to be sent. */
  setLength(index: number, length: number): void {
    this.#iovecs.writeBigUInt64LE(BigInt(length), index * IOVEC + 8);
  }

  /** What was read; the memory is used again. */
  received(index: number): Uint8Array {
    const length = this.#headers.readUInt32LE(index * HEADER + RECEIVED_AT);
    return this.#data.subarray(index * LARGEST_PACKET, index * LARGEST_PACKET + length);
  }
}
