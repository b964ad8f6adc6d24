import type { ServiceControl } from '../services.ts';

export const nodeServices = (): ServiceControl => ({
  ofSystem: () => null,
  ofCommands: () => {
    throw new Error('not yet');
  },
});
