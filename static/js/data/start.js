// Loaded before everything else: the snapshot is on its way while Leaflet is still being read.
import { Client } from './client.js';

export const client = new Client(new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));
