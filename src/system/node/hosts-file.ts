/** The addresses that the text of a hosts file (hosts(5)) gives to a name, in its order. */
export function hostsFileAddresses(text: string, name: string, isAddress: (text: string) => boolean): string[] {
  const found: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address !== undefined && isAddress(address) && names.some((other) => other.toLowerCase() === name))
      found.push(address);
  }
  return found;
}
