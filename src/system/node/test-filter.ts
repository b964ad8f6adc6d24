/** SKF_AD_OFF with SKF_AD_PKTTYPE and SKF_AD_PROTOCOL, and SKF_NET_OFF: the packets of these tests begin with the IP header. */
const [PACKET_TYPE, LINK_PROTOCOL, IP_HEADER] = [0xfffff004, 0xfffff000, 0xfff00000];

/** The kernel's machine, as far as the program needs it; linux/filter.h. How many bytes of the packet are let through. */
export function runFilter(program: Uint8Array, packet: Uint8Array, type = 0): number {
  const view = new DataView(program.buffer);
  const data = new DataView(packet.buffer, packet.byteOffset, packet.length);
  let [a, x] = [0, 0];
  for (let at = 0, steps = 0; steps < 100; steps++) {
    const [code, yes, no, k] = [
      view.getUint16(8 * at, true),
      view.getUint8(8 * at + 2),
      view.getUint8(8 * at + 3),
      view.getUint32(8 * at + 4, true),
    ];
    at++;
    if (code === 0x06) return k;
    if (code === 0x20 && k === PACKET_TYPE) a = type;
    else if (code === 0x20 && k === LINK_PROTOCOL) a = data.getUint8(0) >> 4 === 6 ? 0x86dd : 0x0800;
    else if (code === 0x20) a = data.getUint32(k >= IP_HEADER ? k - IP_HEADER : k);
    else if (code === 0x28) a = data.getUint16(k);
    else if (code === 0x30) a = data.getUint8(k);
    else if (code === 0x50) a = data.getUint8(x + k);
    else if (code === 0xb1) x = 4 * (data.getUint8(k) & 0xf);
    else if (code === 0x15) at += a === k ? yes : no;
    else if (code === 0x45) at += (a & k) !== 0 ? yes : no;
    else throw new Error(`instruction ${code.toString(16)}`);
  }
  throw new Error('the kernel would refuse it: it does not end');
}
