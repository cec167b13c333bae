import type { GroupList } from '../../lib/answers/groups.ts';
import type { QuietHours } from '../../lib/answers/quiet-hours.ts';
import { Field, SelectField } from '../controls/field.tsx';

interface CheckProps {
  label: string;
  checked: boolean;
  onChecked: (checked: boolean) => void;
}

/** A labeled box to tick. */
export function Check({ label, checked, onChecked }: CheckProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={checked} onChange={(event) => onChecked(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

/** A channel's or a subscription's group. Without a name, it was deleted. */
type OwnGroup = { groupId: number; name: string | null } | null;

/** Everything, the groups, and the receiver's own one if that was deleted. */
export function toSubjects(list: GroupList | undefined, own: OwnGroup) {
  const isGone = own?.name === null;
  const listed = list?.groups ?? (own?.name ? [{ groupId: own.groupId, name: own.name }] : []);
  return [
    { value: '', label: 'All repositories' },
    ...listed.map(({ groupId, name }) => ({ value: String(groupId), label: name })),
    ...(isGone ? [{ value: String(own.groupId), label: 'A deleted group: nothing is sent' }] : []),
  ];
}

const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** What is first proposed. */
const NIGHT = { from: '22:00', to: '07:00' };

interface QuietHoursFieldProps {
  value: QuietHours | null;
  onValue: (value: QuietHours | null) => void;
  error: string | undefined;
}

/** Hours of each day in which nothing is sent. */
export function QuietHoursField({ value, onValue, error }: QuietHoursFieldProps) {
  return (
    <fieldset class="quiet-hours">
      <legend class="unseen">Quiet hours</legend>
      <Check
        label="Quiet hours: wait until they are over"
        checked={value !== null}
        onChecked={(checked) => onValue(checked ? { ...NIGHT, zone: zoneHere() } : null)}
      />
      {value && (
        <div class="quiet-times">
          <Field
            label="From"
            type="time"
            required
            value={value.from}
            onValue={(from) => onValue({ ...value, from })}
            error={error}
          />
          <Field
            label="Until"
            type="time"
            required
            value={value.to}
            onValue={(to) => onValue({ ...value, to })}
          />
          <SelectField
            label="Time zone"
            value={value.zone}
            options={toZones(value.zone).map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }))}
            onValue={(zone) => onValue({ ...value, zone })}
          />
        </div>
      )}
    </fieldset>
  );
}

/** Some browsers leave UTC out, and the stored zone may be unknown here. */
function toZones(stored: string): string[] {
  return [...new Set(['UTC', zoneHere(), stored, ...Intl.supportedValuesOf('timeZone')])].sort();
}

/** Quiet hours in words. */
export const describeQuiet = ({ from, to, zone }: QuietHours) =>
  `quiet ${from}–${to} (${zone.replaceAll('_', ' ')})`;
