// The alarms on the map page, fed by what its worker hears.
import { $ } from '../core/dom.js';
import { Alarms } from './alarms.js';

/** Staff only: the public's page has no place for it. */
export function startAlarms(client, settings) {
  const box = $('#alarms');
  if (!box) return;
  const alarms = new Alarms({ box, sound: $('#sound'), settings, now: () => client.now() });
  client.on('dispatch', (now) => alarms.show(now));
  if (client.dispatch.incidents.size) alarms.show(client.dispatch); // it may have been faster than the page
}
