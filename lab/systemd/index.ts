/** A machine with a real systemd, inside of this one and unable to harm it: the guarded scripts start it, nobody else does. */
export { type Machine, noMachine, openMachine, type Started } from './machine.ts';
