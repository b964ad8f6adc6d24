/**
 * The reflector that a trial on one machine talks to: two loopback addresses beside the checker's. All of
 * 127.0.0.0/8 is local on Linux and Windows; macOS has only 127.0.0.1 until told otherwise.
 */
export const EMBEDDED = {
  /** What the user types in the place of a server. */
  name: 'embedded',
  checker: '127.0.0.1',
  primary: '127.0.0.2',
  port: 3478,
  options: { primary: '127.0.0.2', alternate: '127.0.0.3', port: 3478, alternatePort: 3479, lab: true },
} as const;
