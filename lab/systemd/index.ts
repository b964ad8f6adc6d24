/** A machine with a real systemd, inside of this one and unable to harm it: the guarded scripts start it, nobody else does. */
export { type ConsoleMachine, openConsoleMachine } from './console.ts';
export { noMachine, type Started } from './machine.ts';
export { openPbx, PBX, type Pbx } from './pbx.ts';
