import type { GalleryKind } from '../../../lib/dashboards/gallery.ts';

const LINE = 'M6 30 22 26 38 28 54 20 70 8 94 16';
const OTHER_LINE = 'M6 24 22 20 38 24 54 20 70 22 94 18';
const OPACITIES = [0.3, 0.9, 0.6, 0.5, 0.8];
const CELLS = Array.from({ length: 32 }, (_, at) => ({
  at,
  x: 10 + (at % 8) * 10,
  y: 1 + Math.floor(at / 8) * 9,
  opacity: OPACITIES[at % OPACITIES.length],
}));

/** What a kind of widget looks like, roughly. */
export function Sketch({ kind }: { kind: GalleryKind }) {
  return (
    <svg class="sketch" viewBox="0 0 100 38" preserveAspectRatio="xMidYMid meet" aria-hidden="true">
      {kind === 'figure' && (
        <text x="50" y="27" text-anchor="middle">
          22.2k
        </text>
      )}
      {kind === 'trend' && <path class="line" d={LINE} />}
      {kind === 'comparison' && (
        <>
          <path class="other" d={OTHER_LINE} />
          <path class="line" d={LINE} />
        </>
      )}
      {kind === 'ranking' && <path class="fill" d="M6 4h84v7H6zM6 15.5h56v7H6zM6 27h34v7H6z" />}
      {kind === 'calendar' &&
        CELLS.map(({ at, x, y, opacity }) => (
          <rect key={at} class="fill" opacity={opacity} x={x} y={y} width="8" height="7" rx="1.5" />
        ))}
      {kind === 'referrers' && (
        <>
          <path class="line" d="M6 30 30 28 42 10 94 8" />
          <path class="other" d="M6 22 94 18M50 34 62 28 94 26" />
        </>
      )}
      {kind === 'table' && <path class="quiet" d="M6 4h88v4H6zM6 13h88v4H6zM6 22h88v4H6zM6 31h88v4H6z" />}
      {kind === 'text' && (
        <path class="quiet" d="M6 5h50v6H6zM6 17h88v3.5H6zM6 24h80v3.5H6zM6 31h62v3.5H6z" />
      )}
    </svg>
  );
}
