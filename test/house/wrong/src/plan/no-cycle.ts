// rejected by: no-cycle
import { back } from './way-back.ts';

export const there = (): string => back();
