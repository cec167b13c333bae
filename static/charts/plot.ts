/** What draws a chart, loaded while its figures are. */
export { layoutOf } from './layout.ts';
export { placeMarkers, TARGET } from './markers.ts';
export { paintOn } from './paint.ts';
export { endLabelsWidth, hasEndLabels, markerLeft, sceneOf } from './scene.ts';
