import { describe, expect, test } from 'vitest';
import type { Ran } from './command.ts';
import {
  errorIn,
  isServiceName,
  readDependencies,
  readServices,
  servicesOfProcess,
  windowsServices,
} from './windows.ts';

/* Written after what sc.exe of Windows Server 2019 says, with its blanks and line ends. */

const block = (name: string, state: string, pid: number) => `
SERVICE_NAME: ${name}
DISPLAY_NAME: 3CX ${name}
        TYPE               : 10  WIN32_OWN_PROCESS
        STATE              : ${state}
                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)
        WIN32_EXIT_CODE    : 0  (0x0)
        SERVICE_EXIT_CODE  : 0  (0x0)
        CHECKPOINT         : 0x0
        WAIT_HINT          : 0x0
        PID                : ${pid}
        FLAGS              :
`;

const RUNNING = '4  RUNNING ';
const STOPPED = '1  STOPPED ';

const QC = `[SC] QueryServiceConfig SUCCESS

SERVICE_NAME: 3CXIVR01
        TYPE               : 10  WIN32_OWN_PROCESS
        START_TYPE         : 2   AUTO_START
        ERROR_CONTROL      : 1   NORMAL
        BINARY_PATH_NAME   : "C:\\Program Files\\3CX Phone System\\Bin\\3CXIVR.exe"
        LOAD_ORDER_GROUP   :
        TAG                : 0
        DISPLAY_NAME       : 3CX PhoneSystem 01 IVR
        DEPENDENCIES       : 3CXPhoneSystem01
                           : Tcpip
                           : +NetworkProvider
        SERVICE_START_NAME : LocalSystem
`;

/** Spanish; in the code page of a console, which is not that of a file, some letters get lost. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^SERVICE_NAME:/gm, 'NOMBRE_SERVICIO:'],
  [/^DISPLAY_NAME:/gm, 'NOMBRE_MOSTRAR:'],
  [/STATE /g, 'ESTADO'],
  [/TYPE /g, 'TIPO '],
  [/WIN32_EXIT_CODE {4}/g, 'C\ufffdDIGO_SALIDA_WIN32'],
  [/DEPENDENCIES/g, 'DEPENDENCIAS'],
  [/SERVICE_START_NAME/g, 'NOMBRE_INICIO_SERVICIO'],
  [/PID /g, 'ID. '],
];
const translated = (text: string): string => NAMES.reduce((some, [name, other]) => some.replaceAll(name, other), text);

const MISSING = `[SC] EnumQueryServicesStatus:OpenService FAILED 1060:

The specified service does not exist as an installed service.
`;

const dos = (text: string) => text.replaceAll('\n', '\r\n');
const ended = (out: string): Ran => ({ kind: 'ended', code: 0, out: dos(out), error: '' });

describe('what sc.exe says', () => {
  test('services, their states and processes', () => {
    const all = readServices(
      [
        block('3CXPhoneSystem01', RUNNING, 4112),
        block('3CXMediaServer', STOPPED, 0),
        block('Dnscache', RUNNING, 900),
      ].join(''),
    );
    expect(all).toEqual([
      { name: '3CXPhoneSystem01', state: 4, pid: 4112 },
      { name: '3CXMediaServer', state: 1, pid: 0 },
      { name: 'Dnscache', state: 4, pid: 900 },
    ]);
    expect(servicesOfProcess(all, 4112)).toEqual(['3CXPhoneSystem01']);
    // No process has the number of one that does not run.
    expect(servicesOfProcess(all, 0)).toEqual([]);
  });

  test('in a language that has other names for all of it', () => {
    const all = readServices(
      translated([block('3CXPhoneSystem01', RUNNING, 4112), block('Otro', STOPPED, 0)].join('')),
    );
    expect(all).toEqual([
      { name: '3CXPhoneSystem01', state: 4, pid: 4112 },
      { name: 'Otro', state: 1, pid: 0 },
    ]);
    expect(readDependencies(translated(QC))).toEqual(['3CXPhoneSystem01', 'Tcpip']);
  });

  test('a name with a blank is not cut to that of another service', () => {
    expect(readServices(block('Another One', RUNNING, 7)).map(({ name }) => name)).toEqual(['Another One']);
  });

  test.each([
    [MISSING, 1060],
    ['[SC] OpenService FEHLER 5:\n\nZugriff verweigert\n', 5],
    ['[SC] ControlService FAILED 1062:\n\nThe service has not been started.\n', 1062],
    [QC, null],
    [block('a', RUNNING, 1), null],
    ['', null],
  ])('%j: error %j', (text, code) => {
    expect(errorIn(text)).toBe(code);
  });

  test('what has to run before a service; groups are none', () => {
    expect(readDependencies(QC)).toEqual(['3CXPhoneSystem01', 'Tcpip']);
    expect(readDependencies(MISSING)).toEqual([]);
  });

  test.each([
    ['3CXPhoneSystem01', true],
    ['MSSQL$PBX', true],
    ['a b', false],
    ['\\\\other', false],
    ['type=', false],
    ['', false],
  ])('%j is a name: %s', (name, expected) => {
    expect(isServiceName(name)).toBe(expected);
  });
});

describe('a service of Windows', () => {
  /** Takes a few questions until it is there, as sc.exe does not wait. */
  const machine = () => {
    const told: string[] = [];
    let [state, questions] = [RUNNING, 0];
    const controller = windowsServices(([, verb = '', name = '']) => {
      told.push(`${verb} ${name}`);
      if (name === 'nothing') return Promise.resolve(ended(MISSING));
      if (name === 'guarded' && verb !== 'queryex')
        return Promise.resolve(ended('[SC] OpenService FAILED 5:\n\nAccess is denied.\n'));
      if (verb === 'stop') [state, questions] = ['3  STOP_PENDING ', 2];
      if (verb === 'start') [state, questions] = ['2  START_PENDING ', 2];
      if (verb === 'enumdepend')
        return Promise.resolve(ended(`Enum: entriesRead = 1\n${block('3CXIVR01', RUNNING, 7)}`));
      if (verb === 'qc') return Promise.resolve(ended(QC));
      if (verb === 'queryex' && questions-- === 0) state = state.startsWith('3') ? STOPPED : RUNNING;
      return Promise.resolve(ended(block(name, state, state === STOPPED ? 0 : 4112)));
    });
    return { controller, told };
  };

  test('is stopped, and started again, when it is there and not when sc.exe says so', async () => {
    const { controller, told } = machine();
    expect(await controller.stop('pbx', 5_000)).toEqual({ kind: 'ok', value: null });
    expect(told.filter((line) => line === 'queryex pbx').length).toBeGreaterThan(2);
    expect(await controller.start(['pbx'], 5_000)).toEqual({ kind: 'ok', value: null });
  });

  test('has dependents, which stop along, and services before it', async () => {
    const looked = await machine().controller.look(['pbx', 'nothing', '/evil']);
    expect(looked).toMatchObject({
      value: [
        { state: 'running', takesAlong: ['3CXIVR01'], after: ['3CXPhoneSystem01', 'Tcpip'] },
        { state: 'missing' },
        { state: 'missing' },
      ],
    });
  });

  test.each([
    ['nothing', 'missing'],
    ['guarded', 'permission'],
  ])('%s: %s', async (name, kind) => {
    const { controller } = machine();
    expect(await controller.stop(name, 1_000)).toMatchObject({ error: { kind } });
    expect(await controller.start([name], 1_000)).toMatchObject({ error: { kind } });
  });
});
