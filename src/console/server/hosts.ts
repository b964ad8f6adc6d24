/**
 * Whether a request may be meant for this console, by its header Host. A page of somebody else whose name suddenly leads
 * to 127.0.0.1 (DNS rebinding) sends that name; the browser of the admin sends one of these. An address leads nowhere
 * else: Debian writes 127.0.1.1 for the machine's own name into /etc/hosts.
 */
export function isOwnHost(header: string | undefined, listen: string): boolean {
  const name = nameIn(header ?? '');
  return name !== null && (isLoopback(name) || name === listen.toLowerCase());
}

export const isLoopback = (address: string): boolean =>
  address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);

/** `localhost:5478`, `[::1]:5478`; null: neither. */
function nameIn(header: string): string | null {
  const [, six, four] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(header) ?? [];
  return (six ?? four ?? null)?.toLowerCase() ?? null;
}
