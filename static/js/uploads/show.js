// The page of one upload: sends each form once, waits with words, and never reads one field twice.
import { ApiError, get, send } from '../core/api.js';
import { $ } from '../core/dom.js';
import { Working } from './working.js';

const LOOK_AGAIN_MS = 1_000;

const { upload, stage } = $('#upload-page').dataset;

/** The first press counts; the others find the buttons resting. */
function sendOnce(form) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = 'yes';
    Working.below(form).wait(form.dataset.working);
    // not at once: the button pressed must still be sent with the form
    setTimeout(() => {
      for (const button of document.querySelectorAll('.page button')) button.disabled = true;
    });
  });
}

/** The browser shows a page it has kept as it was left, with its buttons resting. */
function freshAfterBack() {
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
}

async function checkNow() {
  const form = $('form[data-working]');
  const working = Working.below(form);
  $('button', form).disabled = true;
  working.wait(form.dataset.working);
  try {
    await send('POST', `/api/uploads/${upload}/check`, {});
    location.reload();
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    working.hide();
    $('button', form).disabled = false;
    $('p', form).textContent = problem.message;
    $('p', form).className = 'banner error';
  }
}

async function waitForTheEnd() {
  try {
    const { state } = await get(`/api/uploads/${upload}`);
    if (state !== 'applying') {
      location.reload();
      return;
    }
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem; // else: the line is down; look again
  }
  setTimeout(waitForTheEnd, LOOK_AGAIN_MS);
}

const chosenIn = (form) => new URLSearchParams(new FormData(form)).toString();

/** The columns that another one is read like, of the first field that has two. */
function doubles(selects) {
  const shared = selects.filter((one) => one.value
    && selects.some((other) => other !== one && other.value === one.value));
  return shared.filter(({ value }) => value === shared[0].value);
}

/** Two columns may not be read as one field: say so at once, and hold the buttons. */
function watchColumns(form) {
  const selects = [...form.querySelectorAll('.matches select')];
  const [told, again, apply] = ['#double', '#check-again', '#do-apply'].map((id) => $(id));
  const before = chosenIn(form);

  form.addEventListener('change', () => {
    const double = doubles(selects);
    for (const select of selects) {
      if (double.includes(select)) select.setAttribute('aria-invalid', 'true');
      else select.removeAttribute('aria-invalid');
    }
    told.hidden = !double.length;
    if (double.length) {
      const labels = double.map(({ dataset }) => `“${dataset.label}”`).join(' and ');
      told.textContent = `${labels} are to be read as ${double[0].selectedOptions[0].text}. Only one can be.`;
    }
    again.disabled = double.length > 0;
    // what the button promises was found with the columns as they were
    const changed = chosenIn(form) !== before;
    again.classList.toggle('primary', changed);
    if (apply) apply.disabled = changed;
  });
}

for (const form of document.querySelectorAll('form[data-working]')) sendOnce(form);
freshAfterBack();
if (stage === 'unchecked') checkNow();
if (stage === 'applying') setTimeout(waitForTheEnd, LOOK_AGAIN_MS);
if ($('#double')) watchColumns($('#reading'));
