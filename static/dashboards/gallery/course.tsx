interface CourseProps {
  values: readonly (number | null)[];
  width: number;
  height: number;
  /** A custom property of the styles. */
  color?: string;
}

/** A figure's course as a line, with gaps where it is unknown. The numbers beside it say the same. */
export function Course({ values, width, height, color = '--views' }: CourseProps) {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const step = values.length > 1 ? (width - 4) / (values.length - 1) : 0;
  const path = values
    .map((value, at) => {
      if (value === null) return '';
      const begins = at === 0 || values[at - 1] === null;
      const x = (2 + at * step).toFixed(1);
      const y = (height - 2 - (value / most) * (height - 4)).toFixed(1);
      return `${begins ? 'M' : 'L'}${x} ${y}h.01`;
    })
    .join('');
  return (
    <svg class="course" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} stroke={`var(${color})`} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
