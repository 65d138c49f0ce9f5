/** `pit doctor`: whether training works on this machine, shown by really training, and what could be better. */
import { Command } from 'commander';
import { diagnose, type Finding } from './diagnosis';
import { diagnoseTorch } from './diagnosis-torch';
import { paint, type Paint, printJson } from './output';

const colours: Record<Finding['state'], Paint> = { ok: 'green', warn: 'yellow', fail: 'red' };

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('tell whether training works on this machine')
    .option('--json', 'findings as JSON')
    .action(({ json }: { json?: true }) => doctor(Boolean(json)));
}

async function doctor(json: boolean): Promise<void> {
  const findings = [...(await diagnose()), ...(await diagnoseTorch())];
  if (findings.some(({ state }) => state === 'fail')) process.exitCode = 1;
  if (json) return printJson(findings);
  for (const finding of findings) console.log(line(finding));
}

function line({ state, name, detail, advice }: Finding): string {
  const sign = paint(state.padEnd(4), colours[state]);
  return [`${sign}  ${name.padEnd(8)}  ${detail}`, ...(advice ? [`${' '.repeat(16)}${advice}`] : [])].join('\n');
}
