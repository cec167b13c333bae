import type { ManifestTrigger } from './manifest.ts';
import type { Alarm, Platform } from './platform.ts';

/** A trigger as the platform has it. */
interface Schedule {
  trigger: string;
  exists: boolean;
  /** Null: its feed has none, or does not say. */
  alarm: Alarm | null;
  rules: { name: string; status: string }[];
}

async function readSchedule(platform: Platform, { name, rules }: ManifestTrigger): Promise<Schedule> {
  const [trigger, alarm, found] = await Promise.all([
    platform.get(`triggers/${name}`),
    platform.readAlarm(name),
    Promise.all(rules.map((rule) => platform.get(`rules/${rule}`))),
  ]);
  return {
    trigger: name,
    exists: trigger !== null,
    alarm,
    rules: rules.map((rule, index) => ({ name: rule, status: found[index]?.status ?? 'missing' })),
  };
}

/** The manifest's triggers with their alarms and rules, as the platform has them. */
export function readSchedules(platform: Platform, triggers: ManifestTrigger[]): Promise<Schedule[]> {
  return Promise.all(triggers.map((trigger) => readSchedule(platform, trigger)));
}

/** Whether the trigger fires, and all its rules react. */
export function isAtWork({ exists, alarm, rules }: Schedule): boolean {
  return exists && alarm?.active === true && rules.every(({ status }) => status === 'active');
}

function describeAlarm({ exists, alarm }: Schedule): string {
  if (!exists) return 'missing';
  if (!alarm) return 'no alarm';
  if (alarm.active) return 'active';
  return `disabled (${alarm.reason || 'no reason given'})`;
}

/** One line for people. */
export function describeSchedule(schedule: Schedule): string {
  const rules = schedule.rules.map(({ name, status }) => `${name} ${status}`).join(', ');
  return `Trigger ${schedule.trigger}: ${describeAlarm(schedule)}; rules: ${rules}`;
}

/**
 * Removes the alarms of triggers that do not exist. wskdeploy would not, and a feed before 2.1.0 creates no alarm that it
 * has already.
 */
export async function removeLostAlarms(platform: Platform, triggers: ManifestTrigger[]): Promise<void> {
  for (const { name } of triggers)
    if ((await platform.get(`triggers/${name}`)) === null) await platform.removeAlarm(name);
}
