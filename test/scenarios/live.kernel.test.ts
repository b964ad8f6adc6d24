import { testInKernel } from './in-kernel.ts';

await testInKernel('live');
