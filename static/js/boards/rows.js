// Open incidents and live assignments by id, as /api/dispatch gives them and the feed changes them.
const byId = (rows) => new Map(rows.map((row) => [row.id, row]));

export class Rows {
  constructor() {
    this.fill({ incidents: [], assignments: [], types: {} });
  }

  /** Everything anew. */
  fill({ incidents, assignments, types }) {
    this.incidents = byId(incidents);
    this.assignments = byId(assignments);
    this.types = types;
  }

  /** Rows replace by id, what is gone goes. */
  change({ incidents = [], assignments = [], types, gone = {} }) {
    for (const row of incidents) this.incidents.set(row.id, row);
    for (const row of assignments) this.assignments.set(row.id, row);
    for (const id of gone.incidents ?? []) this.incidents.delete(id);
    for (const id of gone.assignments ?? []) this.assignments.delete(id);
    this.types = types ?? this.types;
  }
}
