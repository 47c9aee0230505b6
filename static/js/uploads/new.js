// Sends a file from where it was dropped, says how far it is, and keeps the form when it is refused.
import { $ } from '../core/dom.js';
import { Working } from './working.js';

// A larger file is checked by a request of its own, so that the wait has a page and a count.
const CHECK_LATER_BYTES = 2_000_000;

const form = $('#upload');
const file = $('#file');
const problem = $('#problem');
const send = $('#send');
const working = new Working($('#working'));

function refuse(message) {
  working.hide();
  send.disabled = false;
  problem.textContent = message;
  problem.hidden = false;
  problem.scrollIntoView({ block: 'nearest' });
}

const megabytes = (bytes) => (bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1, minimumFractionDigits: 1 });

function sent({ loaded, total }) {
  if (loaded < total) working.part(`Sending: ${megabytes(loaded)} of ${megabytes(total)} MB`, loaded, total);
  else working.wait('Reading the rows');
}

function answered(request) {
  let answer;
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    answer = {};
  }
  if (request.status === 201) location.assign(answer.url);
  else refuse(answer.message ?? `The server answered ${request.status}. Try again.`);
}

function submit(event) {
  event.preventDefault();
  if (send.disabled) return;
  const [chosen] = file.files;
  if (chosen.size > Number(form.dataset.limit)) {
    refuse(form.dataset.tooLarge);
    return;
  }
  problem.hidden = true;
  send.disabled = true;
  const body = new FormData(form);
  if (chosen.size > CHECK_LATER_BYTES) body.set('check', 'later');
  const request = new XMLHttpRequest();
  request.open('POST', '/api/uploads');
  request.setRequestHeader('X-CSRFToken', body.get('csrf_token'));
  request.upload.addEventListener('progress', sent);
  request.addEventListener('load', () => answered(request));
  request.addEventListener('error', () => refuse(
    'The server cannot be reached. Nothing was kept; send the file again when the line is back.',
  ));
  working.wait('Sending');
  request.send(body);
}

form.addEventListener('submit', submit);

// Anywhere on the page is near enough; without this the browser would leave it and show the file.
const holdsFiles = (event) => event.dataTransfer?.types.includes('Files');

addEventListener('dragover', (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  form.classList.add('dropping');
});
addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) form.classList.remove('dropping');
});
addEventListener('drop', (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  form.classList.remove('dropping');
  if (event.dataTransfer.files.length > 1) {
    refuse('Drop one file at a time.');
    return;
  }
  file.files = event.dataTransfer.files;
  problem.hidden = true;
  send.focus();
});
file.addEventListener('change', () => { problem.hidden = true; });
