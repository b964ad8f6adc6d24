import { there } from './no-cycle.ts';

export const back = (): string => there();
