import type { Activation } from '../../local/openwhisk/activations.ts';
import type { Host } from '../../local/openwhisk.ts';

const DEFECT = /"code":\s*"internal"/;

/** Finds what no activation may ever report: an unexpected error without a code. */
export function openActivationWatch(host: Host) {
  let newest: string | undefined;
  return {
    /** Forbidden reports of activations since the last call. */
    look(at: string): string[] {
      const fresh: Activation[] = [];
      for (const activation of host.activations()) {
        if (activation.activationId === newest) break;
        fresh.push(activation);
      }
      newest = fresh[0]?.activationId ?? newest;
      return fresh.filter(isDefect).map(({ name, logs }) => {
        const lines = logs.filter((line) => DEFECT.test(line)).join(' ');
        return `${at}: ${name} failed for a reason without a name: ${lines.slice(0, 1500)}`;
      });
    },
  };
}

function isDefect({ logs, response }: Activation): boolean {
  return logs.some((line) => DEFECT.test(line)) || DEFECT.test(JSON.stringify(response.result) ?? '');
}
