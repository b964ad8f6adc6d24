/**
 * Who may import whom, and why. The picture and the table are in ARCHITECTURE.md; test/house/imports.test.ts applies
 * the rules, and test/house/wrong holds one import for each that it must reject.
 */

/** A room may call what `calls` names, and know the types of what `types` names; nothing else of ours. */
const ROOMS = {
  'src/base': { calls: [], types: [], why: 'Everybody stands on it, so it stands on nothing.' },
  'src/stun': {
    calls: ['src/base'],
    types: [],
    why: 'The wire has no purpose: it must not know what is asked, or why.',
  },
  'src/plan': {
    calls: ['src/base'],
    types: [],
    why: 'What to ask is data from a pure function, before anything is sent.',
  },
  'src/engine': {
    calls: ['src/base', 'src/stun'],
    types: ['src/plan', 'src/system'],
    why: 'When to ask is decided without socket and clock; a run can be replayed.',
  },
  'src/evidence': {
    calls: ['src/base'],
    types: ['src/plan', 'src/engine', 'src/router', 'src/system'],
    why: 'What was seen must not depend on what it is going to mean.',
  },
  'src/verdict': {
    calls: ['src/base'],
    types: ['src/plan', 'src/evidence', 'src/system'],
    why: 'A verdict rests on evidence alone, never on packets.',
  },
  'src/advice': {
    calls: ['src/base'],
    types: ['src/verdict', 'src/evidence'],
    why: 'What to do follows from what it means.',
  },
  'src/report': {
    calls: ['src/base', 'src/advice'],
    types: ['src/plan', 'src/engine', 'src/evidence', 'src/verdict'],
    why: 'A report renders what the stages found, with the texts of advice; it computes nothing.',
  },
  'src/reflector': { calls: ['src/base', 'src/stun'], types: [], why: 'The other side must not know a client.' },
  'src/pbx': { calls: ['src/base'], types: ['src/system'], why: 'A profile is data; who reads the disk is handed in.' },
  'src/router': {
    calls: ['src/base'],
    types: ['src/engine', 'src/system'],
    why: 'Asking a router is an engine of its own: without socket and clock, driven like the others.',
  },
  'src/system': { calls: ['src/base'], types: [], why: 'Hands serve every stage, so they know none.' },
  'src/app': {
    calls: [
      'src/base',
      'src/stun',
      'src/plan',
      'src/engine',
      'src/evidence',
      'src/verdict',
      'src/advice',
      'src/report',
      'src/reflector',
      'src/pbx',
      'src/router',
      'src/system',
    ],
    types: [],
    why: 'The hallway joins the stages; it knows neither the doors nor which hands it works with.',
  },
  'src/cli': {
    calls: ['src/base', 'src/app', 'src/report', 'src/system/node'],
    types: ['src/system'],
    why: 'A door shows what app did; a second way into the stages would be a second product.',
  },
  'src/console': {
    calls: ['src/base', 'src/app', 'src/report', 'src/system/node'],
    types: ['src/system'],
    why: 'A door shows what app did; a second way into the stages would be a second product.',
  },
  web: {
    calls: ['src/console/api'],
    types: ['src/report'],
    why: 'The browser reads reports and has none of our code to compute its own; forms are checked by the schemas of the API.',
  },
  'lab/model': {
    calls: ['src/base'],
    types: ['src/system', 'lab/scenarios'],
    why: 'A simulator that shares code with what it tests shares its mistakes.',
  },
  'lab/kernel': {
    calls: ['src/base'],
    types: ['lab/scenarios'],
    why: 'The kernel lab tests what is shipped: the built command.',
  },
  'lab/systemd': {
    calls: ['src/base'],
    types: [],
    why: 'A machine with a systemd knows nothing of what is tested on it; the built command is handed in.',
  },
  'lab/scenarios': {
    calls: ['src/base'],
    types: ['src/plan', 'src/engine', 'src/evidence', 'src/verdict', 'src/advice', 'src/report', 'src/system'],
    why: 'What is expected is written by hand, never computed by what is tested.',
  },
};

/** Tests and what only they use may join rooms, and so may the program that throws bytes at the codec. */
const TEST = ['\\.test\\.ts$', '/test-[^/]+\\.ts$', '/fuzz\\.ts$', '^test/'];
/** Programs that people run in a checkout. */
const PROGRAM = '^lab/[^/]+\\.ts$';
const MAIN = '^src/(cli|cli/restore|console)/main\\.ts$';
const HANDS = '^src/system/node/';
/** What the console needs of the world, and a check does not. */
const CONSOLE_HANDS = ['^src/console/(server|store|notify)/'];
const OURS = '^(src|lab|web)/';

const inside = (room) => `^${room}/`;
/** `src/system` is one room, and `src/system/node` another that has it as its corridor. */
const from = (room) => ({
  path: inside(room),
  pathNot: room === 'src/system' ? [...TEST, HANDS] : TEST,
});
const into = (rooms) => rooms.map((room) => (room === 'src/system' ? '^src/system/(?!node/)' : inside(room)));
const ruleName = (room) => room.replace(/^src\//, '').replace('/', '-');

const perRoom = Object.entries(ROOMS).flatMap(([room, { calls, types, why }]) => {
  const known = {
    name: ruleName(room),
    comment: why,
    severity: 'error',
    from: from(room),
    to: { path: OURS, pathNot: into([room, ...calls, ...types]) },
  };
  const typesOnly = {
    name: `${ruleName(room)}-types-only`,
    comment: `It may know what a ${types.map(ruleName).join(' or ')} looks like, but call none of it. ${why}`,
    severity: 'error',
    from: from(room),
    to: { path: into(types), dependencyTypesNot: ['type-only'] },
  };
  return types.length > 0 ? [known, typesOnly] : [known];
});

const everywhere = [
  {
    name: 'base-needs-nothing',
    comment: 'No package and no module of Node either: it has to run wherever any of our code does.',
    severity: 'error',
    from: from('src/base'),
    to: { pathNot: [OURS] },
  },
  {
    name: 'hands-know-no-stage',
    comment: 'system/node implements its contract for whoever runs it.',
    severity: 'error',
    from: { path: HANDS, pathNot: TEST },
    to: { path: OURS, pathNot: ['^src/(base|system)/'] },
  },
  {
    name: 'one-door',
    comment: 'A room is used through its index.ts; what is behind it may change without asking anybody.',
    severity: 'error',
    from: { path: '^((?:src|lab)/[^/]+|web|scripts)', pathNot: TEST },
    to: {
      path: '^(src|lab)/[^/]+/',
      // The keeper is a door of its own: whoever comes in there must not pay for all the rest.
      pathNot: [
        '^$1/',
        '^(src|lab)/[^/]+/index\\.ts$',
        '^src/system/node/index\\.ts$',
        '^src/system/node/services/keeper\\.ts$',
      ],
    },
  },
  {
    name: 'only-a-main-picks-the-hands',
    comment: 'Whoever is handed a System can be run on virtual time; whoever picks one cannot.',
    severity: 'error',
    from: { path: OURS, pathNot: [HANDS, MAIN, ...TEST] },
    to: { path: HANDS },
  },
  {
    name: 'node-only-in-the-hands',
    comment:
      'Network, clock, chance and disk are reached in system/node alone; time, randomness and packets are arguments.',
    severity: 'error',
    from: {
      path: OURS,
      pathNot: [
        HANDS,
        MAIN,
        PROGRAM,
        '^src/(base|stun)/',
        ...CONSOLE_HANDS,
        '^src/console/account/',
        '^lab/(kernel|systemd)/',
        ...TEST,
      ],
    },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'stun-only-hashes',
    comment:
      'Message integrity, and what is stored of a secret, are pure functions of node:crypto; nothing else of Node is.',
    severity: 'error',
    from: { path: ['^src/stun/', '^src/console/account/'], pathNot: TEST },
    to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
  },
  {
    name: 'console-hands',
    comment:
      'Serving HTTP, keeping what was stored and sending mail are in a folder each; the rest of the console is data.',
    severity: 'error',
    from: { path: '^src/console/', pathNot: [...CONSOLE_HANDS, ...TEST] },
    to: { path: 'node_modules/(fastify|@fastify|libsql|nodemailer)/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-cycle',
    comment: 'Data flows one way, and imports against it; a cycle has no beginning to read from.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphan-room',
    comment: 'A room that no program enters is not part of the house.',
    severity: 'error',
    from: { path: [MAIN, PROGRAM] },
    to: { path: '^(src|lab)/[^/]+/index\\.ts$', reachable: false },
  },
  {
    name: 'shipped-needs-no-tools',
    comment: 'What is shipped must not need what only a checkout has. (The pages carry everything inside.)',
    severity: 'error',
    from: { path: '^src/', pathNot: TEST },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'found',
    comment: 'An import that leads nowhere escapes every other rule.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

export default {
  forbidden: [...perRoom, ...everywhere],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/house/wrong/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
