/** Tells scripts/test.js what vitest has counted, through the file that FULLCONE_COUNTS names. */
import { writeFileSync } from 'node:fs';

const title = (test) => `${test.module.relativeModuleId} > ${test.fullName}`;

export default class Counts {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const inState = (state) => tests.filter((test) => test.result().state === state);
    const skipped = [...inState('skipped'), ...inState('pending')];
    const counts = {
      passed: inState('passed').length,
      // A file that does not load and a hook that fails leave tests out: not a success.
      failed:
        inState('failed').length + groups.filter((group) => group.errors().length > 0).length + unhandledErrors.length,
      skipped: skipped.map((test) => ({ title: title(test), why: test.result().note ?? null })),
    };
    writeFileSync(process.env.FULLCONE_COUNTS, JSON.stringify(counts));
  }
}
