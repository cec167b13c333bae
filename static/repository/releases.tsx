import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { RepositoryStats } from '../../lib/answers/stats.ts';
import type { ChartModel, Mark } from '../../lib/charts/model.ts';
import { Chart } from '../charts/chart.tsx';
import { DataTable } from '../controls/data-table.tsx';
import { CsvButton } from '../controls/download.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatCount, formatDay, plural } from '../format.ts';
import { reads } from '../reads.ts';

type ReleaseDownloads = NonNullable<RepositoryStats['releases']>;
type Asset = ReleaseDownloads['assets'][number];

/** Downloads of release files, by day and by file. */
export function Releases({ answer }: { answer: RepositoryStats }) {
  const { releases } = answer;
  if (!releases) return <Without text="Release downloads appear after the next collection." />;
  if (releases.assetCount === 0) return <Without text={standingOf(releases) ?? 'No release has files.'} />;
  return <Downloads answer={answer} releases={releases} />;
}

/** The chart of all files, and their list one click away. */
function Downloads({ answer, releases }: PartProps) {
  const [isListed, setIsListed] = useState(false);
  const count = `${releases.complete ? '' : 'at least '}${plural(releases.assetCount, 'file')}`;
  return (
    <>
      <DownloadsChart
        answer={answer}
        releases={releases}
        files={
          <button
            type="button"
            class="link-button"
            aria-expanded={isListed}
            onClick={() => setIsListed(!isListed)}
          >
            {count}
          </button>
        }
      />
      {isListed && (
        <div class="whole">
          <Assets answer={answer} releases={releases} />
        </div>
      )}
    </>
  );
}

function Without({ text }: { text: string }) {
  return (
    <Panel title="Downloads">
      <p class="none">{text}</p>
    </Panel>
  );
}

function standingOf({ problem }: ReleaseDownloads): string | null {
  return problem && `${problem.message} It is retried the next day.`;
}

interface PartProps {
  answer: RepositoryStats;
  releases: ReleaseDownloads;
}

const fileOf = ({ tenantId, repository, range: { from, to, by } }: RepositoryStats, of: string) =>
  reads.repositoryStats(tenantId, repository.repositoryId, { of, from, to, by });

function DownloadsChart({ answer, releases, files }: PartProps & { files: ComponentChildren }) {
  const { range, buckets } = answer;
  const model = useMemo<ChartModel>(
    () => ({
      kind: 'nested',
      range,
      buckets,
      events: [],
      layers: [{ label: 'Downloads', color: '--downloads', values: releases.downloads }],
      marks: buckets.map((_, place) => toMark(releases, place)),
      unreadLabel: 'Not read',
    }),
    [range, buckets, releases],
  );
  const notes = [
    'Each day shows the downloads since the reading of the day before.',
    !releases.complete && 'GitHub has more files than are read, so the downloads are at least these.',
    ...releases.unspread.slice(0, 3).map(toGapNote),
    releases.unspread.length > 3 && '…and more',
    standingOf(releases),
  ];
  return (
    <Chart
      title={`Downloads by ${range.by}`}
      model={model}
      note={notes.filter(Boolean).join(' ')}
      controls={
        <>
          {files}
          <CsvButton
            label="CSV of downloads"
            read={fileOf(answer, 'downloads')}
            fileName={`downloads-${answer.repository.name}.csv`}
          />
        </>
      }
    />
  );
}

function toMark({ downloads, spreadUnknown }: ReleaseDownloads, place: number): Mark {
  if (spreadUnknown[place]) return 'unspread';
  return downloads[place] === null ? 'unread' : 'known';
}

/** A gap in the readings: its downloads belong to no single day. */
function toGapNote({ from, to, count }: ReleaseDownloads['unspread'][number]): string {
  return `${plural(count, 'download')} from ${formatDay(from)} to ${formatDay(to)} in total; the exact days are unknown.`;
}

const COLUMNS = [
  { label: 'Release' },
  { label: 'File' },
  { label: 'Published' },
  { label: 'In this range', numeric: true },
  { label: 'Downloads', numeric: true },
];

function Assets({ answer, releases }: PartProps) {
  const { assets, assetCount, downloadCount } = releases;
  return (
    <Panel
      title="Files of releases"
      beside={
        <CsvButton
          label="CSV of files"
          read={fileOf(answer, 'assets')}
          fileName={`release-files-${answer.repository.name}.csv`}
        />
      }
    >
      <p class="muted">
        {releases.complete ? '' : 'At least '}
        {plural(downloadCount, 'download')} of {releases.complete ? '' : 'at least '}
        {plural(assetCount, 'file')} since they were published.
        {assets.length < assetCount && ` These are the newest ${assets.length}; the CSV file has more.`}
      </p>
      <DataTable label="Files of releases" columns={COLUMNS} tall>
        {assets.map((asset) => (
          <AssetRow key={asset.assetId} asset={asset} />
        ))}
      </DataTable>
    </Panel>
  );
}

function AssetRow({ asset }: { asset: Asset }) {
  return (
    <tr class={asset.removedDate ? 'gone' : undefined}>
      <td class="name">{asset.releaseName || asset.tag}</td>
      <th scope="row" class="name">
        {asset.assetName}
      </th>
      <td class="when">
        {formatDay(asset.publishedAt.slice(0, 10))}
        {asset.removedDate && `, removed ${formatDay(asset.removedDate)}`}
      </td>
      <td class="number">{formatCount(asset.gained)}</td>
      <td class="number">{formatCount(asset.downloadCount)}</td>
    </tr>
  );
}
