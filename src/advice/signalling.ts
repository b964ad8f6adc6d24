/** SIP, SIPS and the tunnels of the known products; the rest of what is asked is media. */
const SIGNALLING = { from: 5060, to: 5199 };

export const isSignalling = (port: number): boolean => port >= SIGNALLING.from && port <= SIGNALLING.to;
