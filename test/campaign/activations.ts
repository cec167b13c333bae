import type { Activation } from '../../local/openwhisk/activations.ts';
import type { Host } from '../../local/openwhisk.ts';

const DEFECT = /"code":\s*"internal"/;

/** Finds what no activation may say, whatever is done to it: that something happened for which there is no name. */
export function openActivationWatch(host: Host) {
  let newest: string | undefined;
  return {
    /** What the activations since the last look said that they never may. */
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
