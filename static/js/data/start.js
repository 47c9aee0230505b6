// Loaded before everything else: the snapshot is on its way while Leaflet is still being read.
import { Client } from './client.js';

const { viewer } = JSON.parse(document.getElementById('settings').textContent);

// The thread's name carries whom the page was made for (see core/asker.js).
export const client = new Client(new Worker(new URL('./worker.js', import.meta.url), {
  type: 'module', name: viewer?.mark ?? '',
}));
