import { beginCommand, runCommand } from './command.ts';
import type { Controller, ControllerSpec } from './controller.ts';
import { ownCommands } from './own-commands.ts';
import { systemd } from './systemd.ts';
import { windowsServices } from './windows.ts';

export function controllerOf(spec: ControllerSpec): Controller {
  switch (spec.kind) {
    case 'systemd':
      return systemd(runCommand);
    case 'windows':
      return windowsServices(runCommand);
    case 'commands':
      return ownCommands(spec.services, runCommand, beginCommand);
    default:
      return spec satisfies never;
  }
}
