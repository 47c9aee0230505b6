// What is recorded of an incident, as the rows that ui/field-row.js shows and changes.

const ROWS = [
  ['title', 'Title', 'Incident', 'text'],
  ['type', 'Type', 'Incident', 'choice'],
  ['priority', 'Priority', 'Incident', 'choice'],
  ['place', 'Place', 'Incident', 'text', 'Address, town, grid reference or coordinates. Writing another moves the incident.'],
  ['parent_id', 'Part of', 'Incident', 'choice'],
  ['sensitivity', 'Who may see it', 'Incident', 'choice'],
  ['caller_name', 'Caller', 'Caller', 'text', 'Only dispatchers see this.'],
  ['caller_phone', 'Phone', 'Caller', 'tel', 'Only dispatchers see this.'],
  ['commander', 'Incident commander', 'Command', 'text'],
  ['command_post', 'Command post', 'Command', 'text'],
  ['situation', 'Situation', 'Command', 'textarea', 'Block 5 of the ICS 201.'],
  ['objectives', 'Objectives', 'Command', 'textarea', 'Block 7 of the ICS 201.'],
];
const REQUIRED = ['title', 'type', 'priority', 'sensitivity'];

function choicesOf(name, glossary, others) {
  if (name === 'type') return glossary.types.map(({ code, title }) => ({ code, title }));
  if (name === 'priority') return glossary.words.priority.map(({ code, title }) => ({ code, title: `${code} ${title}` }));
  if (name === 'sensitivity') return glossary.words.sensitivity;
  return others.map(({ id, number, title }) => ({ code: String(id), title: `${number} ${title}` }));
}

/**
 * @param {object} incident of the detail; members that this person may not know of are absent
 * @param {{id, number, title}[]} others open incidents it could be a part of
 * @returns {object[]} fields {name, title, group, text, value, widget, choices, …}
 */
export function fieldsOf(incident, glossary, others) {
  const known = { ...incident, parent_id: incident.parent?.id ?? null };
  const parents = others.filter(({ id }) => id !== incident.id);
  if (incident.parent && !parents.some(({ id }) => id === incident.parent.id)) parents.push(incident.parent);
  return ROWS.filter(([name]) => name in known).map(([name, title, group, widget, help]) => {
    const choices = widget === 'choice' ? choicesOf(name, glossary, parents) : undefined;
    const value = known[name];
    const text = choices?.find(({ code }) => code === String(value))?.title ?? value;
    return {
      name, title, group, value, text, choices, help, widget: widget === 'choice' ? 'text' : widget,
      required: REQUIRED.includes(name), editable: true, staff_only: group === 'Caller',
    };
  });
}

/** What an input gave, as the API wants it: numbers where it keeps numbers. */
export function asSent(set) {
  return Object.fromEntries(Object.entries(set).map(([name, value]) => (
    [name, ['priority', 'parent_id'].includes(name) && value !== null ? Number(value) : value])));
}
