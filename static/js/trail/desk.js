// Ties a unit's whereabouts to the map: the block in its detail, the circle around it, its trail.
import { Whereabouts } from './block.js';
import { AccuracyCircle } from './circle.js';
import { TrailLine } from './line.js';

/** @param {{client, catalog, stage, selection, detail}} parts of the map page, for staff */
export function startTrails({ client, catalog, stage, selection, detail }) {
  const { zone } = catalog.settings;
  const circle = new AccuracyCircle(stage.map);
  const line = new TrailLine(stage.map, zone, () => selection.covered);
  const block = new Whereabouts(() => client.now(), zone)
    .on('moved', (place) => circle.show(place))
    .on('trail', (trail) => (trail ? line.show(trail.fixes) : line.clear()))
    .on('point', (fix) => line.point(fix));
  detail.extend((shown) => block.of(shown));
  selection.on('shown', (item) => block.follow(item)).on('dropped', () => block.drop());
  return block;
}
