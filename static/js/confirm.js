// Whoever calls a number has that site in hand from then on, so that nobody else calls it too.
import { send } from './core/api.js';

for (const link of document.querySelectorAll('a[data-take]:not([data-take=""])')) {
  link.addEventListener('click', () => {
    send('POST', `/api/resources/${link.dataset.take}/tries`, { outcome: 'take' })
      .then(() => location.reload()) // the row moves to what is in one's hands
      .catch(() => {}); // the call goes on all the same; the list says who has it when it is read anew
  });
}
