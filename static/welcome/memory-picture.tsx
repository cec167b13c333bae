const DAYS = 104;
const REMEMBERED = 14;
const WIDTH = 1000;
const HEIGHT = 158;

/** A made-up quarter with a launch. GitHub still shows its last fourteen days. */
export function MemoryPicture() {
  const step = WIDTH / DAYS;
  const border = WIDTH - REMEMBERED * step;
  return (
    <figure class="card memory">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby="memory">
        <title id="memory">Fifteen weeks of views; GitHub shows the last two</title>
        <rect class="window" x={border} y="0" width={WIDTH - border} height={HEIGHT} rx="8" />
        {Array.from({ length: DAYS }, (_, day) => {
          const height = heightOf(day);
          const isKept = day < DAYS - REMEMBERED;
          return (
            <rect
              key={day}
              class={isKept ? 'kept' : 'shown'}
              x={day * step + 1.5}
              y={HEIGHT - height}
              width={step - 3}
              height={height}
              rx="1.5"
            />
          );
        })}
      </svg>
      <figcaption>
        <span>Kept here</span>
        <span>All GitHub shows</span>
      </figcaption>
    </figure>
  );
}

const LAUNCH = 59;

/** Quiet weekends, a slow rise, and a launch that fades. */
function heightOf(day: number): number {
  const weekend = day % 7 > 4 ? 0.35 : 1;
  const since = day - LAUNCH;
  const launch = since < 0 ? 0 : 95 * 0.62 ** since;
  return weekend * (52 + day * 0.3 + 9 * Math.sin(day / 6) + 5 * Math.sin(day * 2.3)) + launch;
}
