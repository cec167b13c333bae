/** A figure's name, as people read it. */
export const METRICS: Record<string, string> = {
  viewCount: 'Views',
  viewUniques: 'Unique visitors',
  cloneCount: 'Clones',
  cloneUniques: 'Unique cloners',
};
