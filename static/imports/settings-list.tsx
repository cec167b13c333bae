import type { ImportedSetting } from '../../lib/answers/imports.ts';
import { Panel } from '../controls/panel.tsx';
import { plural } from '../format.ts';

/** Whether it is about what an import would do, what it has done, or what stays after it. */
type Tense = 'preview' | 'done' | 'taken back';

const TAGS: Record<Tense, Record<ImportedSetting['outcome'], string>> = {
  preview: { waiting: 'new', made: 'new', kept: 'there already', refused: 'not made' },
  done: { waiting: 'not complete', made: 'made', kept: 'there already', refused: 'not made' },
  'taken back': { waiting: 'stays', made: 'stays', kept: 'stays', refused: 'stays' },
};

const COLORS: Record<ImportedSetting['outcome'], string> = {
  waiting: 'tag',
  made: 'tag success',
  kept: 'tag',
  refused: 'tag warning',
};

interface SettingsProps {
  settings: readonly ImportedSetting[];
  tense: Tense;
}

/** The groups and dashboards of an import, and what becomes of each. */
export function SettingsList({ settings, tense }: SettingsProps) {
  return (
    <ul class="reasons">
      {settings.map(({ kind, name, outcome, reason }) => (
        <li key={`${kind} ${name}`}>
          <span class={COLORS[outcome]}>{TAGS[tense][outcome]}</span>
          <span>
            <span class="file-name">
              {kind === 'group' ? 'Group' : 'Dashboard'} {name}
            </span>
            {reason && <span class="block">{reason}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What our own export holds besides figures, before it is imported. */
export function SettingsPanel({
  settings,
  annotations,
}: {
  settings: readonly ImportedSetting[];
  annotations: { count: number; known: number };
}) {
  if (settings.length + annotations.count === 0) return null;
  return (
    <Panel title="Groups, dashboards and annotations">
      <SettingsList settings={settings} tense="preview" />
      {annotations.count > 0 && (
        <p>
          {plural(annotations.count, 'annotation')}
          {annotations.known > 0 && `, of which ${annotations.known} are there already`}.
        </p>
      )}
    </Panel>
  );
}
