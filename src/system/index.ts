/** What the world offers: the types of sockets, clock, chance, names and host. `node/` implements them, and so does the model lab. */
export type {
  Clock,
  DnsError,
  Files,
  Holder,
  Host,
  Names,
  OutputFile,
  SocketFailure,
  System,
  Timer,
  Udp,
  UdpHandlers,
  UdpSocket,
} from './contract.ts';
