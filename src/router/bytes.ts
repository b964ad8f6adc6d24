/** The IPv4 address in the four bytes from there. */
export const addressAt = (bytes: Uint8Array, at: number): string => [...bytes.subarray(at, at + 4)].join('.');

/** One character for each byte: what matters in the texts of routers is ASCII. */
export const toText = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

export const toBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
