import { useState } from 'preact/hooks';
import type { Report, ReportPeriod } from '../../lib/answers/reports.ts';
import { toDay } from '../../lib/day.ts';
import { periodOfDays } from '../../lib/reports/period.ts';
import { Icon } from '../controls/icon.tsx';
import { lazy } from '../controls/loading.tsx';
import { Menu, type MenuItem, type MenuSection } from '../controls/menu.tsx';
import { Key } from '../controls/range-menu.tsx';
import { go, usePlace, withQuery } from '../location.ts';
import { CALENDAR, type NamedRange, ROLLING } from '../ranges.ts';
import { addressOf, newestPeriods, periodOf } from './period.ts';

const SpanDialog = lazy(
  async () => (await import('../controls/span-dialogs.tsx')).SpanDialog,
  () => null,
);

/** Ranges that the lists of months and weeks do not have already. All time has no report. */
const OTHERS = [...ROLLING, ...CALENDAR].filter(
  ({ value }) => !['week', 'month', 'last-month', 'all'].includes(value),
);

interface PeriodMenuProps {
  /** The report that is shown, once it is known. */
  report: Report | undefined;
}

/** Chooses the week, the month or the days of the report. */
export function PeriodMenu({ report }: PeriodMenuProps) {
  const place = usePlace();
  const [asking, setAsking] = useState(false);
  // The server's day counts; the browser's stands in until there is an answer.
  const today = toDay(report ? new Date(report.madeAt) : new Date());
  const asked = periodOf(place.query, today) ?? report?.period;
  const show = (period: ReportPeriod) => go(withQuery(place, addressOf(period)));
  const ask = () => setAsking(true);
  const isShown = (period: ReportPeriod) => period.from === asked?.from && period.to === asked?.to;

  function sections(): MenuSection[] {
    const { months, weeks } = newestPeriods(today);
    const toItem = (period: ReportPeriod, named?: NamedRange): MenuItem => ({
      label: named?.label ?? period.label,
      current: isShown(period),
      onPick: () => show(period),
      shortcut: named?.shortcut,
      ...(named && { note: period.label }),
    });
    const nameOf = (value: string) => CALENDAR.find((one) => one.value === value);
    const monthNames = [nameOf('month'), nameOf('last-month')];
    const others = OTHERS.flatMap((named): MenuItem[] => {
      const period = periodOf(new URLSearchParams({ range: named.value }), today);
      const { label, shortcut } = named;
      return period ? [{ label, shortcut, current: isShown(period), onPick: () => show(period) }] : [];
    });
    const isListed = [...months, ...weeks].some(isShown) || others.some(({ current }) => current);
    const custom = { label: 'Custom range…', shortcut: 'C', current: !isListed, onPick: ask };
    return [
      { label: 'Months', choice: true, items: months.map((one, place) => toItem(one, monthNames[place])) },
      {
        label: 'Weeks',
        choice: true,
        items: weeks.map((one, place) => toItem(one, place === 0 ? nameOf('week') : undefined)),
      },
      { label: 'Other ranges', choice: true, items: [...others, custom] },
    ];
  }

  return (
    <>
      <Menu
        label="Period"
        class="button range-menu"
        content={
          <>
            <Icon name="calendar" />
            <span class="unseen">Period: </span>
            {asked?.label ?? 'Last month'}
            <Icon name="down" />
          </>
        }
        sections={sections}
      />
      {[...ROLLING, ...CALENDAR].map(({ value, shortcut }) => (
        <Key
          key={value}
          shortcut={value === 'all' ? undefined : shortcut}
          onPress={() => {
            const period = periodOf(new URLSearchParams({ range: value }), today);
            if (period) show(period);
          }}
        />
      ))}
      <Key shortcut="C" onPress={ask} />
      {asking && (
        <SpanDialog
          from={asked?.from ?? ''}
          to={asked?.to ?? ''}
          onSpan={(first, last) => show(periodOfDays(first, last))}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
