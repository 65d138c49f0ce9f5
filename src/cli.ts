/** The command line `pit`: wiring only. Every command lives in a file of its own under `cli/`. */
import { Command, CommanderError } from 'commander';
import { version } from '../package.json';
import { askCommand } from './cli/ask';
import { checkCommand } from './cli/check';
import { compareCommand } from './cli/compare';
import { doctorCommand } from './cli/doctor';
import { evaluateCommand } from './cli/evaluate';
import { exportCommand } from './cli/export';
import { generateCommand } from './cli/generate';
import { importCommand } from './cli/import';
import { initCommand } from './cli/init';
import { endWithReader } from './cli/output';
import { reportCommand } from './cli/report';
import { resumeCommand } from './cli/resume';
import { runCommand } from './cli/run';
import { scheduleCommand } from './cli/schedule';
import { scoreCommand } from './cli/score';
import { setupCommand } from './cli/setup';
import { stopCommand } from './cli/stop-runs';
import { UserError } from './errors';

const exitCodes = { refused: 1, misused: 2, broken: 70 } as const;

async function main(): Promise<void> {
  endWithReader();
  try {
    await program().parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

function program(): Command {
  const pit = new Command('pit')
    .description('Find out in which order of documents and questions a language model learns new knowledge best.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'explain a command')
    .exitOverride()
    .showHelpAfterError('(pit --help explains.)');
  for (const command of [
    initCommand(),
    checkCommand(),
    generateCommand(),
    importCommand(),
    scheduleCommand(),
    runCommand(),
    resumeCommand(),
    stopCommand(),
    reportCommand(),
    compareCommand(),
    scoreCommand(),
    askCommand(),
    evaluateCommand(),
    exportCommand(),
    setupCommand(),
    doctorCommand(),
  ])
    pit.addCommand(inheriting(command, pit));
  return pit;
}

/** Commands that are made elsewhere don't take their parent's settings by themselves. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheriting(child, command);
  return command;
}

/** Tells people what went wrong; gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.misused;
  if (error instanceof UserError) {
    console.error(error.message);
    return exitCodes.refused;
  }
  console.error(error);
  return exitCodes.broken;
}

void main();
